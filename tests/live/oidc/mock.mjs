// Runs oauth2-mock-server on 127.0.0.1: it signs in whoever comes, and says of them whatever a test wants.
//
// DOORWARD_TEST_OPENID_PROVIDER holds the settings as JSON:
//   port     0 for a free one
//   ready    a file to write {"issuer": ...} to once it listens
//   says     a file that is read at each question: {"claims", "header", "userinfo", "token"}. What "claims" and
//            "header" hold takes the place of the ID token's own; null leaves a member out. "token", if it
//            is there, is {"status", "body"} in place of the token endpoint's answer.

import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { OAuth2Server } from "oauth2-mock-server";

const settings = JSON.parse(process.env.DOORWARD_TEST_OPENID_PROVIDER);
const said = () => JSON.parse(readFileSync(settings.says, "utf8"));

function change(honest, changes) {
  for (const [name, value] of Object.entries(changes ?? {})) {
    if (value === null) delete honest[name];
    else honest[name] = value;
  }
}

const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
server.service.on("beforeTokenSigning", (token) => {
  if (!("aud" in token.payload)) return; // an access token, which is nobody's to read
  change(token.payload, { sub: "ada-1", email: "ada@example.com", email_verified: true });
  change(token.payload, said().claims);
  change(token.header, said().header);
});
server.service.on("beforeUserinfo", (response) => {
  response.body = { sub: "ada-1", ...said().userinfo };
});
server.service.on("beforeResponse", (response) => {
  const { token } = said();
  if (token) Object.assign(response, { statusCode: token.status, body: token.body });
});
await server.start(settings.port, "127.0.0.1");
await writeFile(`${settings.ready}.part`, JSON.stringify({ issuer: server.issuer.url }));
await rename(`${settings.ready}.part`, settings.ready);

// The test holds the other end of stdin: when it is gone, however it went, so are we.
process.stdin.on("end", () => process.exit(0)).resume();
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => process.exit(0));
