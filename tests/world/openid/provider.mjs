// An OpenID Connect provider that we did not write, for tests: whoever types an address in its login form is that
// person; the address counts as checked unless it begins with "unchecked"; "new-x" is another person who has x's address.
//   node provider.mjs PORT REDIRECT_URI [KEY CERTIFICATE]
// With key and certificate it speaks HTTPS.
// The client is `cloud-analyzer` with the secret `of-the-tests`; PKCE is required. Prints a line when it is ready.
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { Provider } from "oidc-provider";

const [port, redirect, key, certificate] = process.argv.slice(2);
const provider = new Provider(`${key ? "https" : "http"}://127.0.0.1:${port}`, {
  clients: [{ client_id: "cloud-analyzer", client_secret: "of-the-tests", redirect_uris: [redirect] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  cookies: { keys: ["only-for-tests"] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id.replace(/^new-/, ""), email_verified: !id.startsWith("unchecked"), name: `Person ${id}` }),
  }),
});
const server = key
  ? createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, provider.callback())
  : provider;
server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
