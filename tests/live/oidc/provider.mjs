// Runs oidc-provider on 127.0.0.1 for tests, with sign-in pages that are plain enough to be driven
// by an HTTP client and by a browser alike. Anybody on the list of people may sign in by naming
// their address: what is under test is the other side.
//
// DOORWARD_TEST_OPENID_PROVIDER holds the settings as JSON:
//   port            0 for a free one
//   ready           a file to write {"issuer": ...} to once it listens
//   clients         client metadata as oidc-provider takes it
//   clientAuthMethods what the token endpoint takes, as in the metadata
//   people          [{"sub", "email", "email_verified", "name", "groups"}]
//   keys            private JWKs; the first that fits signs
//   claimsInIdToken whether the ID token carries all claims, or userinfo alone does

import { createServer } from "node:http";
import { rename, writeFile } from "node:fs/promises";
import Provider from "oidc-provider";

const settings = JSON.parse(process.env.DOORWARD_TEST_OPENID_PROVIDER);
const people = new Map(settings.people.map((person) => [person.sub, person]));
const INTERACTION = /^\/interaction\/[\w-]+\/?(login|allow|cancel)?$/;

function page(title, body) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`;
}

function loginPage(uid) {
  return page("Sign in", `
    <form method="post" action="/interaction/${uid}/login">
      <label>Email <input name="email" type="email" autocomplete="off" required autofocus></label>
      <button type="submit">Sign in</button>
    </form>
    <form method="post" action="/interaction/${uid}/cancel"><button type="submit">Cancel</button></form>`);
}

function consentPage(uid) {
  return page("Allow", `
    <form method="post" action="/interaction/${uid}/allow"><button type="submit">Allow</button></form>
    <form method="post" action="/interaction/${uid}/cancel"><button type="submit">Cancel</button></form>`);
}

async function form(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

async function grant(provider, { grantId, params, prompt, session }) {
  const given = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (prompt.details.missingOIDCScope) given.addOIDCScope(prompt.details.missingOIDCScope.join(" "));
  if (prompt.details.missingOIDCClaims) given.addOIDCClaims(prompt.details.missingOIDCClaims);
  return given.save();
}

async function result(provider, action, details, request) {
  if (action === "login") {
    const email = (await form(request)).get("email");
    const person = settings.people.find((someone) => someone.email === email);
    return person
      ? { login: { accountId: person.sub } }
      : { error: "access_denied", error_description: "nobody here has this address" };
  }
  if (action === "allow") return { consent: { grantId: await grant(provider, details) } };
  return { error: "access_denied", error_description: "the person changed their mind" };
}

async function interact(provider, action, request, response) {
  const details = await provider.interactionDetails(request, response);
  if (request.method === "POST" && action) {
    const outcome = await result(provider, action, details, request);
    return provider.interactionFinished(request, response, outcome, { mergeWithLastSubmission: true });
  }
  const show = details.prompt.name === "login" ? loginPage : consentPage;
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  return response.end(show(details.uid));
}

function open(issuer) {
  return new Provider(issuer, {
    clients: settings.clients,
    clientAuthMethods: settings.clientAuthMethods,
    jwks: { keys: settings.keys },
    cookies: { keys: ["for tests alone"] },
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name"],
      groups: ["groups"],
    },
    conformIdTokenClaims: !settings.claimsInIdToken,
    // It refuses to call this very machine, where all of a test's clients are.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) =>
      people.has(id) ? { accountId: id, claims: async () => people.get(id) } : undefined,
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 600, IdToken: 300, Interaction: 600, RefreshToken: 600, Session: 600 },
  });
}

let answer;
const server = createServer((request, response) => answer(request, response));
server.listen(settings.port, "127.0.0.1", async () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = open(issuer);
  provider.on("backchannel.error", (_context, error) => console.error(error));
  const everythingElse = provider.callback();
  answer = (request, response) => {
    const found = INTERACTION.exec(new URL(request.url, issuer).pathname);
    if (!found) return everythingElse(request, response);
    return interact(provider, found[1], request, response).catch((error) => {
      console.error(error);
      response.writeHead(400, { "content-type": "text/plain" }).end(String(error.message));
    });
  };
  // Renamed into place, so that nobody reads half of it.
  await writeFile(`${settings.ready}.part`, JSON.stringify({ issuer }));
  await rename(`${settings.ready}.part`, settings.ready);
});

// The test holds the other end of stdin: when it is gone, however it went, so are we.
process.stdin.on("end", () => process.exit(0)).resume();
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
