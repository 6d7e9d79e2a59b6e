// Asks the browser for a passkey and sends its answer with the form that stood for it.
//
// A form with data-passkey is hidden until this runs: without scripts, or in a browser that knows no
// passkeys, the other ways on the page are all there is.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const described = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

// What the server says in JSON, as the browser wants it (WebAuthn level 3, section 5.1.9 and 5.1.10).
const asked = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
  ...(options.allowCredentials && { allowCredentials: described(options.allowCredentials) }),
  ...(options.excludeCredentials && { excludeCredentials: described(options.excludeCredentials) }),
});

// What the browser answers, as JSON (section 5.1.8).
const answered = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
};

const WHY = {
  InvalidStateError: "This device holds a passkey for you here already.",
  SecurityError: "This browser does not use passkeys at this address.",
};
const NOTHING = "Nothing came of it: it was cancelled, took too long, or there is no passkey for here. Try again.";

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) break;
  const problem = form.querySelector("[role=alert]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    const publicKey = asked(JSON.parse(form.dataset.options));
    try {
      const create = form.dataset.passkey === "create";
      const credential = await navigator.credentials[create ? "create" : "get"]({ publicKey });
      form.elements.credential.value = answered(credential);
    } catch (error) {
      problem.textContent = WHY[error.name] ?? NOTHING;
      problem.hidden = false;
      return;
    }
    form.submit();
  });
}
