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

const problems = document.getElementById("problems") || document.getElementById("hits");
if (problems) problems.focus();
watchTheEnd();
