// Listens to server-sent events on this host and shows each as it comes.

const KEPT = 12;

const state = document.querySelector("#state");
const count = document.querySelector("#count");
const log = document.querySelector("#log");
const toggle = document.querySelector("#toggle");

let source;

function show(name, words) {
  state.dataset.state = name;
  state.textContent = words;
  toggle.textContent = name === "closed" ? "Open again" : "Close";
}

function add(words) {
  const entry = document.createElement("li");
  entry.className = "received";
  entry.textContent = words;
  log.prepend(entry);
  while (log.children.length > KEPT) log.lastElementChild.remove();
}

function open() {
  show("connecting", "Connecting");
  source = new EventSource("/stream");
  source.addEventListener("open", () => show("open", "Open"));
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) show("closed", "Closed");
    else show("connecting", "Connecting again");
  });
  source.addEventListener("message", (event) => {
    const tick = JSON.parse(event.data);
    count.textContent = tick.count;
    add(`Tick ${tick.count} came at ${new Date().toLocaleTimeString()}`);
  });
}

toggle.addEventListener("click", () => {
  if (source.readyState === EventSource.CLOSED) {
    open();
  } else {
    source.close();
    show("closed", "Closed");
  }
});

open();
