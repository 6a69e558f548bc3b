import { chromium } from "playwright-core";
const exe = process.env.CHROMIUM ?? "/usr/bin/chromium";
const [,, url, out, scheme="light", width="1440", height="900", ...steps] = process.argv;
const b = await chromium.launch({ executablePath: exe, args: ["--no-sandbox"] });
const c = await b.newContext({ viewport: { width: +width, height: +height }, colorScheme: scheme });
const p = await c.newPage();
p.on("console", m => m.type()==="error" && console.log("console:", m.text()));
p.on("pageerror", e => console.log("pageerror", e.message));
await p.goto(url); await p.waitForTimeout(3000);
for (const s of steps) { const [k, v] = s.split("|"); if (k==="click") await p.getByRole("button", { name: new RegExp(v) }).first().click(); if (k==="css") await p.locator(v).first().click(); if (k==="text") await p.getByText(v).first().click(); if (k==="scroll") await p.locator(v).first().scrollIntoViewIfNeeded(); await p.waitForTimeout(1500); }
await p.screenshot({ path: out, fullPage: steps.includes("full") });
await b.close();
