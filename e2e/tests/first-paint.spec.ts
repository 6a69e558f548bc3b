import { expect, type Request, test } from "@playwright/test";
import { base, ready } from "./support";

const asksFor = (request: Request) => new URL(request.url()).pathname.replace("/api/v1/", "");

test("the figures of an address are asked for before the script that draws them is there, and once", async ({
  page,
}) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url().slice(base().length)));
  const figures = Promise.all(
    ["session", "overview", "summary", "projection", "savings", "dimensions"].map((name) =>
      page.waitForRequest((request) => asksFor(request) === name),
    ),
  );
  const costs = page.waitForRequest((request) => request.url().includes("/costs?metric=unblended"));
  await page.route("**/assets/index-*.js", async (route) => {
    await Promise.all([figures, costs]);
    await route.continue();
  });
  await page.goto(`${base()}/?metric=unblended&tab=service`);
  await ready(page);
  const answers = asked.filter((address) => /^\/api\/v1\/(summary|projection|savings|costs)/.test(address));
  expect(answers.toSorted()).toEqual([...new Set(answers)].toSorted());
});

test("scripts and style sheets were compressed by the build, and are kept for ever", async ({ request }) => {
  const document = await (await request.get(base())).text();
  const files = [...document.matchAll(/(?:src|href)="(\/assets\/[^"]+\.(?:js|css))"/g)].map(
    ([, file]) => file,
  );
  expect(new Set(files).size).toBeGreaterThan(2);
  for (const file of files) {
    for (const coding of ["br", "gzip"]) {
      const answer = await request.get(`${base()}${file}`, { headers: { "Accept-Encoding": coding } });
      expect(answer.headers()).toMatchObject({
        "content-encoding": coding,
        vary: "accept-encoding",
        "cache-control": "public, max-age=31536000, immutable",
      });
      expect((await answer.body()).length).toBeGreaterThan(1000); // unpacked by the client
    }
  }
});
