// The list looks again every three seconds while it is in sight; a letter grows to its full height.
const letters = document.querySelector("[data-mailbox-letters]");

async function lookAgain() {
  if (document.hidden) return;
  const response = await fetch(location.href);
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("[data-mailbox-letters]");
  if (fresh && fresh.innerHTML !== letters.innerHTML) letters.replaceChildren(...fresh.childNodes);
}

if (letters) setInterval(() => lookAgain().catch(() => {}), 3000);

function grow(frame) {
  const page = frame.contentDocument?.documentElement;
  if (!page) return;
  // A page is never lower than its frame, so the frame has to shrink before it is measured.
  frame.style.blockSize = "0";
  frame.style.blockSize = `${page.scrollHeight + 2}px`;
}

for (const frame of document.querySelectorAll(".onward-mailbox__html")) {
  frame.addEventListener("load", () => grow(frame));
  addEventListener("resize", () => grow(frame));
  grow(frame);
}
