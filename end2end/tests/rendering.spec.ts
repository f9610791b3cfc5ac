// A page is the same whether the server has rendered it, the browser has hydrated it, or one came to it without a page load.

import type { Page } from '@playwright/test';
import { appearance, watchAppearance } from '../fixtures/appearance';
import { expect, test } from '../fixtures';
import { installClock } from '../fixtures/clock';
import { hydrated, markDocument, sameDocument } from '../fixtures/hydration';
import { hold } from '../fixtures/network';
import { HomePage } from '../pages/home';

/** What can be read on a page, with what runs with the clock left out. */
async function readable(page: Page): Promise<string[]> {
  const text = await Promise.all(['banner', 'main'].map((role) => page.getByRole(role as 'banner' | 'main').innerText()));
  return text
    .join('\n')
    .replace(/\b\d+:\d\d(:\d\d)?\b/g, 'TIME')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The elements of a page in their order, and the attributes that a person or a machine reads. */
async function structure(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const read = ['id', 'for', 'name', 'type', 'href', 'action', 'method', 'role', 'class', 'autocomplete', 'required', 'hidden', 'aria-label', 'aria-labelledby', 'aria-describedby', 'aria-invalid', 'aria-current'];
    return [...document.querySelectorAll(':is(header, main), :is(header, main) *')].map((element) => {
      // An empty class is none.
      const attributes = read.filter((name) => element.hasAttribute(name) && (name !== 'class' || element.className !== '')).map((name) => `${name}=${element.getAttribute(name)}`);
      return [element.tagName.toLowerCase(), ...attributes].join(' ');
    });
  });
}

const STRANGERS_PAGES = [
  { path: '/', from: '/login', by: 'Latchkey' },
  { path: '/login', from: '/', by: 'Sign in' },
  { path: '/register', from: '/', by: 'Create account' },
];

for (const { path, from, by } of STRANGERS_PAGES) {
  test(`${path} is the same for a stranger, hydrated and navigated to`, async ({ page }) => {
    await page.goto(path);
    await hydrated(page);
    const loaded = [await readable(page), await structure(page)];

    await page.goto(from);
    await hydrated(page);
    await markDocument(page);
    await page.getByRole('banner').getByRole('link', { name: by }).click();
    await expect(page).toHaveURL(path);
    await expect.poll(() => readable(page)).toEqual(loaded[0]);
    expect(await structure(page)).toEqual(loaded[1]);
    expect(await sameDocument(page)).toBe(true);
  });
}

test('/profile is the same hydrated and navigated to', async ({ page, header, profilePage, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await page.goto('/profile');
  await hydrated(page);
  const loaded = [await readable(page), await structure(page)];
  await page.goto('/');
  await hydrated(page);
  await markDocument(page);
  await header.profile.click();
  await expect(profilePage.heading).toBeVisible();
  expect(await readable(page)).toEqual(loaded[0]);
  expect(await structure(page)).toEqual(loaded[1]);
  expect(await sameDocument(page)).toBe(true);
});

test('/ is the same for the signed-in, hydrated and navigated to', async ({ page, header, home, profilePage, signInPage, alice }) => {
  await signInPage.signIn(alice);
  // Twice: the page that a session begins with also tells of the last sign-in.
  await home.open();
  await home.settled();
  await home.open();
  await home.settled();
  // The tokens themselves are other ones: what is told of each is left out, by the place where it stands.
  const steady = async () => {
    await expect(home.timeLeft).toBeVisible();
    const changing = /^(\d+|TIME|\d+ \w+ \d{4}.*|not yet)$|\bTIME UTC\b/;
    const named = (line: string) =>
      line.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replace(/generation \d+/, 'generation N').replace(/^(gen.*\t)\d+$/, '$1N');
    return (await readable(page)).map(named).filter((line) => !changing.test(line));
  };
  const [text, elements] = [await steady(), await structure(page)];

  await page.goto('/profile');
  await hydrated(page);
  await markDocument(page);
  await expect(profilePage.heading).toBeVisible();
  await header.session.click();
  await home.settled();
  expect(await steady()).toEqual(text);
  expect(await structure(page)).toEqual(elements);
  expect(await sameDocument(page)).toBe(true);
});

for (const path of ['/', '/login', '/register', '/nowhere']) {
  test(`${path} of a stranger reads alike as HTML and hydrated`, async ({ page, browser, server, browserConsole }) => {
    if (path === '/nowhere') {
      browserConsole.expectsStatus(404);
    }
    const bare = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false });
    const still = await bare.newPage();
    await still.goto(path);
    await page.goto(path);
    await hydrated(page);
    // What is meant for who has no scripts is shown to them alone.
    const scriptless = await still.locator('.scriptless').allInnerTexts();
    const html = (await readable(still)).filter((line) => !scriptless.includes(line));
    expect((await readable(page)).filter((line) => !/^(Show)$/.test(line))).toEqual(html.filter((line) => !/^(Show)$/.test(line)));
    await bare.close();
  });
}

/** From the narrowest phone to a desk; the tallest shows the whole of the longest page. */
const SCREENS = [
  { width: 320, height: 800 },
  { width: 360, height: 3200 },
  { width: 1280, height: 800 },
  { width: 1280, height: 3200 },
];

for (const path of ['/', '/login', '/register']) {
  test(`nothing moves while ${path} is loaded, by a stranger`, async ({ page, context }) => {
    await watchAppearance(context);
    for (const screen of SCREENS) {
      await page.setViewportSize(screen);
      await page.goto(path);
      await hydrated(page);
      await page.waitForLoadState('networkidle');
      expect((await appearance(page)).shift, `at ${screen.width} px`).toBeLessThan(0.001);
    }
  });
}

for (const path of ['/', '/profile', '/settings', '/settings/email', '/settings/password']) {
  test(`nothing moves while ${path} is loaded, by the signed-in`, async ({ page, context, home, signInPage, alice }) => {
    await signInPage.signIn(alice);
    await watchAppearance(context);
    for (const screen of SCREENS) {
      await page.setViewportSize(screen);
      await page.goto(path);
      await hydrated(page);
      if (path === '/') {
        await home.settled();
      }
      await page.waitForLoadState('networkidle');
      expect((await appearance(page)).shift, `at ${screen.width} px`).toBeLessThan(0.001);
    }
  });
}

for (const screen of SCREENS) {
  test(`nothing moves when another tab rotates, nor when a token is renewed by itself, at ${screen.width} by ${screen.height} px`, async ({
    page, context, server, home, signInPage, alice,
  }) => {
    await installClock(page);
    await signInPage.signIn(alice);
    await watchAppearance(context);
    await page.setViewportSize(screen);
    await home.open();
    await home.settled();

    const other = new HomePage(await context.newPage());
    await other.open();
    await other.settled();
    await other.page.close();
    await expect(home.generation).toHaveText(/newer elsewhere/);
    // A picture is drawn from what is laid out, so that what has moved by now is known.
    await page.screenshot();

    await server.advance(575);
    await page.clock.fastForward('09:35');
    await expect(home.happened(/rotated to generation/)).toHaveCount(2);
    await expect(home.happened(/proof that it arrived/)).toHaveCount(2);
    await expect(home.generation).toHaveText(/^\d+$/);
    await page.screenshot();
    expect((await appearance(page)).shift).toBeLessThan(0.001);
  });
}

test('the line at the top stands still from page to page', async ({ header, profilePage, signInPage, alice }) => {
  await signInPage.signIn(alice);
  const places = () => Promise.all([header.session, header.profile, header.signOut].map((part) => part.boundingBox()));
  const before = await places();
  await header.profile.click();
  await expect(profilePage.heading).toBeVisible();
  expect(await places()).toEqual(before);
});

test('the line at the top is one row on the narrowest phone, whatever its button says', async ({ page, header, signInPage, alice }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  await signInPage.signIn(alice);
  const height = async () => (await page.getByRole('banner').boundingBox())!.height;
  const before = await height();
  const answer = await hold(page, '**/fn/logout');
  await header.signOut.click();
  await answer.arrived;
  await expect(header.signOut).toHaveText('Signing out…');
  expect(await height()).toBe(before);
  answer.release();
  await expect(header.signIn).toBeVisible();
});

test('the name stands beside the key where there is room for it', async ({ page, header, home }) => {
  await home.open();
  const name = header.brand.getByText('Latchkey');
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 800 });
    await expect(name).toBeInViewport({ ratio: 0.9 });
  }
  await page.setViewportSize({ width: 320, height: 800 });
  await expect(header.brand, 'it is called so, seen or not').toHaveAccessibleName('Latchkey');
});

test('each file is fetched once, and kept for ever under its hashed name', async ({ page, home }) => {
  const files: string[] = [];
  const kept: Promise<string | null>[] = [];
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/pkg/')) {
      files.push(new URL(response.url()).pathname);
      kept.push(response.headerValue('cache-control'));
    }
  });
  await home.open();
  expect(new Set(files).size, files.join(' ')).toBe(files.length);
  expect(files).toHaveLength(3);
  expect(files.filter((file) => !/^\/pkg\/latchkey\.[\w-]{8,}\.(js|wasm|css)$/.test(file)), 'names without a hash').toEqual([]);
  for (const value of await Promise.all(kept)) {
    expect(value).toContain('immutable');
  }
});
