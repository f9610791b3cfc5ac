// What a user gets, from the first page to the last, in two tabs.

import { appearance, watchAppearance } from '../fixtures/appearance';
import { expect, test } from '../fixtures';
import { hydrated, markDocument, sameDocument } from '../fixtures/hydration';
import { COOKIE, sessionCookies } from '../fixtures/thief';
import { HomePage } from '../pages/home';
import { SiteHeader } from '../pages/site-header';

test('the whole way: register, reload, a second tab, sign out in one and the other follows', async ({
  page, context, home, header, registerPage, newcomer, secrecy,
}) => {
  await home.open();
  await expect(home.heading).toContainText('Sign people in');
  await expect(page).toHaveTitle('Latchkey');
  await secrecy.inspect(page);

  await markDocument(page);
  await home.createAccount.click();
  await expect(registerPage.heading).toBeVisible();
  await registerPage.fill(newcomer);
  await expect(home.greeting(newcomer)).toBeVisible();
  await expect(page).toHaveURL('/');
  expect(await sameDocument(page), 'no page load from the start to the signed-in home').toBe(true);
  await expect(home.happened(/Signed in/)).toBeVisible();
  await secrecy.inspect(page);

  const reloaded = await page.reload();
  const html = await reloaded!.text();
  expect(html).toContain(newcomer.username);
  expect(html).toContain('<title>Your session · Latchkey</title>');
  await expect(home.greeting(newcomer)).toBeVisible();
  await expect(home.happened(/rotated to generation/)).toBeVisible();
  await secrecy.inspect(page);

  const secondTab = await context.newPage();
  const [secondHome, secondHeader] = [new HomePage(secondTab), new SiteHeader(secondTab)];
  await secondHome.open();
  await expect(secondHome.greeting(newcomer)).toBeVisible();
  await secondHome.settled();
  await secrecy.inspect(secondTab);

  await secondHeader.signOut.click();
  await expect(secondHeader.signIn).toBeVisible();
  await expect(header.signIn).toBeVisible();
  await expect(home.heading).toContainText('Sign people in');
  await expect(page).toHaveTitle('Latchkey');
  await expect(page.getByText(newcomer.username)).toHaveCount(0);
  expect(await sessionCookies(context)).toEqual([]);
  await secrecy.inspect(page);
  await secrecy.inspect(secondTab);
});

test('a reload shows who is signed in from the first moment, and no text changes after it', async ({
  page, context, home, header, signInPage, alice,
}) => {
  await watchAppearance(context);
  await signInPage.signIn(alice);
  for (const path of ['/', '/profile']) {
    const answer = await page.goto(path);
    expect(await answer!.text()).toContain(alice.username);
    await hydrated(page);
    await expect(header.signOut).toBeVisible();
    if (path === '/') {
      await expect(home.timeLeft).toBeVisible();
    }
    const seen = await appearance(page);
    expect(seen.banner, path).toHaveLength(1);
    expect(seen.heading, path).toHaveLength(1);
  }
});

test('the refresh token is in a cookie that no script can read and no other site is sent', async ({ page, context, signInPage, alice }) => {
  await signInPage.signIn(alice);
  const cookies = await context.cookies();
  expect(cookies.map(({ name }) => name).sort()).toEqual(['__Host-device', COOKIE]);
  for (const cookie of cookies) {
    expect(cookie).toMatchObject({ path: '/', httpOnly: true, secure: true, sameSite: 'Lax', domain: 'localhost' });
  }
  expect(await page.evaluate(() => document.cookie)).toBe('');
});

test('a session outlives its window', async ({ page, context, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await page.close();
  const later = await context.newPage();
  await later.goto('/');
  await expect(new HomePage(later).greeting(alice)).toBeVisible();
  expect((await sessionCookies(context))[0]!.expires, 'the cookie outlives the browser as well').toBeGreaterThan(0);
});

test('signing in works by username, in any case of letters, and by email address', async ({ home, header, signInPage, alice }) => {
  for (const username of [alice.username.toUpperCase(), alice.email]) {
    await signInPage.open();
    await signInPage.fill({ username, password: alice.password });
    await expect(home.greeting(alice)).toBeVisible();
    await home.settled();
    await header.signOut.click();
    await expect(header.signIn).toBeVisible();
  }
});
