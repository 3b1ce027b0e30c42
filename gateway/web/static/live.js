// Puts new values into the cards as they arrive. Without it the page shows them when it is loaded.

const list = document.querySelector("#cards[data-live]");

// Only what differs is replaced, so that the keyboard's place in the page stays.
function put(html) {
  const fresh = new DOMParser().parseFromString(`<ul>${html}</ul>`, "text/html").querySelector("ul");
  const before = [...list.children], after = [...fresh.children];
  const same = before.length === after.length && before.every((card, i) => card.dataset.kind === after[i].dataset.kind);
  if (!same) {
    if (!list.contains(document.activeElement)) list.replaceChildren(...after);
    return;
  }
  before.forEach((card, i) => {
    const kept = card.querySelector("h2"), rest = [...after[i].children].filter((part) => part.tagName !== "H2");
    if (card.innerHTML === after[i].innerHTML) return;
    [...card.children].forEach((part) => part === kept || part.remove());
    card.append(...rest);
  });
}

function follow() {
  const stream = new EventSource(list.dataset.live);
  stream.addEventListener("cards", (event) => put(event.data));
  stream.addEventListener("over", () => { stream.close(); say(list.dataset.over); });
  return stream;
}

function say(words) {
  const told = document.createElement("p");
  told.className = "care";
  told.setAttribute("role", "status");
  told.textContent = words;
  list.before(told);
}

if (list) {
  let stream = follow();
  const button = document.createElement("button"), place = document.createElement("p");
  button.className = "plain";
  button.textContent = list.dataset.pause;
  button.addEventListener("click", () => {
    if (stream) { stream.close(); stream = null; } else stream = follow();
    button.textContent = stream ? list.dataset.pause : list.dataset.goOn;
  });
  place.className = "actions";
  place.append(button);
  list.after(place);
  addEventListener("pagehide", () => stream?.close());
}
