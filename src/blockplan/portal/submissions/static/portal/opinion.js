// What makes the form pleasanter where scripts run; without it every step works all the same.

/** Say when the period ends while the form is open: by the server's clock, not by the reader's. */
function watchTheEnd() {
  const box = document.querySelector(".time[data-ends]");
  const over = box && box.querySelector(".over");
  if (!over) return;
  const ahead = Date.parse(box.dataset.now) - Date.now();
  const left = Date.parse(box.dataset.ends) - (Date.now() + ahead);
  const longest = 2 ** 31 - 1; // what a timer can wait for
  if (left < longest) setTimeout(() => { over.hidden = false; over.setAttribute("role", "alert"); }, Math.max(left, 0));
}

const problems = ["problems", "hits", "place"].map((id) => document.getElementById(id)).find(Boolean);
if (problems) problems.focus();
watchTheEnd();

// Shown work against floods. WebCrypto computes beside the page, so that the page stays quick without a
// worker, which the page's policy (Trusted Types, no policies at all) would not let it start.
const hex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The counter whose key begins as asked, found by trying; null where this challenge is of another kind. */
async function solve({ algorithm, nonce, salt, cost, keyLength, keyPrefix }) {
  if (algorithm !== "PBKDF2/SHA-256") return null;
  const start = hex(nonce);
  const password = new Uint8Array(start.length + 4);
  password.set(start);
  const view = new DataView(password.buffer);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: hex(salt), iterations: cost };
  for (let counter = 0; counter < 2 ** 20; counter += 1) {
    view.setUint32(start.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = toHex(new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8)));
    if (derivedKey.startsWith(keyPrefix)) return { counter, derivedKey };
  }
  return null;
}

/** Begin at once, while the opinion is looked through; who is quicker waits a moment, and never for long. */
function showWork(form) {
  if (!globalThis.crypto || !crypto.subtle) return;
  const challenge = JSON.parse(form.dataset.challenge);
  const field = form.elements.namedItem("solution");
  const working = solve(challenge.parameters).then((solution) => {
    if (solution) field.value = btoa(JSON.stringify({ challenge, solution }));
  }, () => {});
  const longest = new Promise((done) => { setTimeout(done, 20000); });
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.value !== "send") return;
    event.preventDefault(); // a second click, too, is one sending
    if (sent) return;
    sent = true;
    const said = form.querySelector(".working");
    if (!field.value) said.textContent = said.dataset.said;
    Promise.race([working, longest]).then(() => {
      const step = document.createElement("input");
      step.type = "hidden";
      step.name = "do";
      step.value = "send";
      form.append(step);
      form.submit();
      step.remove();
    });
  });
  addEventListener("pageshow", () => { sent = false; }); // back again, where the way out failed
}

const sending = document.getElementById("send");
if (sending) showWork(sending);
