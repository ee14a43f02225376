// Signing in: the key is sent once, and a cookie that no script can read comes back.

const find = (selector) => document.querySelector(selector);

async function signIn(event) {
  event.preventDefault();
  const headers = { "Content-Type": "application/json", "X-Colorfast-Token": find("meta[name=token]").content };
  const body = JSON.stringify({ key: find("#key").value, who: find("#who").value });
  const answer = await fetch("login", { method: "POST", headers, body }).catch(() => null);
  if (answer?.ok) return location.replace("./");
  find("#notice").classList.add("wrong");
  find("#notice").textContent = answer ? (await answer.json()).detail : "The service does not answer.";
}

find("#begin").onsubmit = signIn;
