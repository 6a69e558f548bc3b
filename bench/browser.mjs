// The Cost Analysis page in Chromium: time until it is of use, and from a click to the new chart. Prints JSON.
// Usage: node bench/browser.mjs URL RUNS. Times are the page's own clock, read in the frame after the one that
// shows the result, which is late rather than early; the first paint is the browser's own measure of it where the
// figures are in it. Each load starts with an empty browser cache.
import { chromium } from "../e2e/node_modules/@playwright/test/index.mjs";

const [url, runs = "5"] = process.argv.slice(2);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Runs in the page: remembers when it was of use, and how long a click takes. */
function watch() {
  const chart = () => document.querySelector("[data-testid=spend-chart]");
  const drawn = () => chart()?.querySelector("canvas") && !chart().closest("[data-stale=true]");
  const whole = () => !document.querySelector("[data-stale=true]");
  const table = () => document.querySelector("[aria-label='Costs, table'] tfoot");
  const cards = () =>
    document.querySelector("article.card") && !document.querySelector("article.card [aria-busy]");
  // The chart speaks its figures.
  const shown = () => chart()?.ariaLabel;
  const painted = (report) => requestAnimationFrame(() => setTimeout(() => report(performance.now())));
  const until = (holds, report) =>
    requestAnimationFrame(() => (holds() ? painted(report) : until(holds, report)));
  window.bench = { cards: 0, ready: 0, click: 0, after: 0 };
  // Called before the frame is painted: the first paint after it shows the cards.
  const first = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0;
  let seen = 0;
  const figures = () => {
    if (cards() && seen === 0) seen = performance.now();
    return seen > 0;
  };
  until(figures, (at) => (window.bench.cards = first() > seen ? first() : at));
  until(
    () => cards() && drawn() && table(),
    (at) => (window.bench.ready = at),
  );
  window.benchClick = () => {
    window.bench.click = window.bench.after = 0;
    const before = shown();
    const changed = () => drawn() && shown() !== before;
    document.addEventListener(
      "click",
      (event) => {
        until(changed, (at) => (window.bench.click = at - event.timeStamp));
        until(
          () => changed() && whole(),
          (at) => (window.bench.after = at - event.timeStamp),
        );
      },
      { capture: true, once: true },
    );
  };
}

/** What the page has noted once that holds. Asked for plainly and seldom: the driver's own waiting loads a large script
 *  into the page, on the cores that are timed. */
async function noted(page, holds) {
  const session = await page.context().newCDPSession(page);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 700));
    const { result } = await session.send("Runtime.evaluate", { expression: "JSON.stringify(window.bench)" });
    const bench = JSON.parse(result.value);
    if (holds(bench)) return bench;
  }
}

async function timed(page, locator) {
  await page.evaluate(() => window.benchClick());
  await locator.click({ delay: 60 }); // as long as a finger takes
  return await noted(page, (bench) => bench.after > 0);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const found = { figures: [], ready: [], again: [], tab: [], tabTable: [], filter: [], filterTable: [] };
let asked = [];
for (let run = 0; run < Number(runs); run++) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } });
  await context.addInitScript(watch);
  const page = await context.newPage();
  const requests = [];
  page.on("request", (request) => {
    const at = new URL(request.url());
    if (at.pathname.startsWith("/api/")) requests.push(at.pathname + at.search);
  });
  await page.goto(url, { waitUntil: "commit" });
  const times = await noted(page, (bench) => bench.ready > 0 && bench.cards > 0);
  await page.waitForLoadState("networkidle");
  asked = requests.slice(); // before anything is clicked
  found.figures.push(times.cards);
  found.ready.push(times.ready);
  const tab = await timed(page, page.getByRole("tab", { name: "Region" }));
  found.tab.push(tab.click);
  found.tabTable.push(tab.after);
  await page.getByRole("button", { name: /^Services/ }).click();
  const list = page.getByRole("list", { name: "Services" });
  await list.getByRole("checkbox").nth(run).click();
  const filter = await timed(page, page.getByRole("button", { name: "Apply" }));
  found.filter.push(filter.click);
  found.filterTable.push(filter.after);
  const second = await context.newPage();
  await second.goto(url, { waitUntil: "commit" });
  found.again.push((await noted(second, (bench) => bench.ready > 0)).cards);
  await context.close();
}
await browser.close();
const medians = Object.fromEntries(Object.entries(found).map(([name, values]) => [name, median(values)]));
console.log(JSON.stringify({ ms: medians, all: found, requests: asked }));
