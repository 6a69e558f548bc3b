import { expect, type Page } from "@playwright/test";

/** Counts what a person does: clicks, keys that are pressed, and a field that is filled as one. */
export async function counting(page: Page) {
  let count = 0;
  await page.exposeFunction("countedByTests", () => {
    count++;
  });
  await page.addInitScript(() => {
    const tell = () => (window as unknown as { countedByTests: () => void }).countedByTests();
    let typed = false;
    addEventListener("pointerdown", tell, { capture: true });
    addEventListener(
      "keydown",
      ({ key }) => {
        // What changes a field's text is followed by its input, which is not counted once more.
        typed = key.length === 1 || key === "Backspace" || key === "Delete";
        tell();
      },
      { capture: true },
    );
    addEventListener(
      "input",
      ({ target }) => {
        const text =
          target instanceof HTMLTextAreaElement ||
          (target instanceof HTMLInputElement && ["text", "search", "email", ""].includes(target.type));
        if (text && !typed) tell();
        typed = false;
      },
      { capture: true },
    );
  });
  return {
    /** The job took at most so many, and was counted at all. */
    atMost: async (most: number) => {
      await page.waitForTimeout(50);
      expect(count, "clicks and keys").toBeLessThanOrEqual(most);
      expect(count, "clicks and keys").toBeGreaterThan(0);
    },
  };
}
