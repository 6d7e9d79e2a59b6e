// Opens a WebSocket on this host, shows its state, and lists what goes out and comes back.

const state = document.querySelector("#state");
const log = document.querySelector("#log");
const form = document.querySelector("#send");
const message = document.querySelector("#message");
const toggle = document.querySelector("#toggle");
const sendButton = form.querySelector("button[type=submit]");

let socket;

function show(name, words) {
  state.dataset.state = name;
  state.textContent = words;
  sendButton.disabled = name !== "open";
  toggle.textContent = name === "closed" ? "Open again" : "Close";
}

function add(kind, words) {
  const entry = document.createElement("li");
  entry.className = kind;
  entry.textContent = words;
  log.append(entry);
  entry.scrollIntoView({ block: "nearest" });
}

function open() {
  show("connecting", "Connecting");
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/ws`);
  socket.addEventListener("open", () => show("open", "Open"));
  socket.addEventListener("message", (event) => add("received", event.data));
  socket.addEventListener("close", (event) => {
    show("closed", "Closed");
    add("note", `Closed with code ${event.code}${event.reason ? `: ${event.reason}` : ""}`);
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN || message.value === "") return;
  add("sent", message.value);
  socket.send(message.value);
  message.value = "";
  message.focus();
});

toggle.addEventListener("click", () => {
  if (socket.readyState === WebSocket.CLOSED) open();
  else socket.close(1000);
});

open();
