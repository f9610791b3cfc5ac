// What the network does to a session: nothing. Only a 401 means signed out.

import { expect, test } from '../fixtures';
import { installClock } from '../fixtures/clock';
import { hold, loseAnswer, requestsTo } from '../fixtures/network';
import { cookieIn, sessionCookies } from '../fixtures/thief';

test('a lost refresh answer signs nobody out', async ({ page, context, server, home, signInPage, alice, browserConsole }) => {
  browserConsole.expectsLostNetwork();
  await signInPage.signIn(alice);
  const before = await cookieIn(context);
  await loseAnswer(page, '**/fn/refresh');
  await home.refreshNow.click();
  await expect(home.trouble).toBeVisible();
  expect(await cookieIn(context), 'the new cookie never arrived').toBe(before);
  await expect(home.greeting(alice)).toBeVisible();

  // A night's sleep: much longer than any race between tabs.
  await server.advance(9 * 3600);
  await home.refreshNow.click();
  await expect(home.happened(/minted again/i)).toBeVisible();
  await expect(home.trouble).toBeHidden();
  await page.reload();
  await expect(home.greeting(alice)).toBeVisible();
  await expect(home.timeLeft).toBeVisible();
});

test('a page whose first refresh answer is lost asks again at the next load', async ({ page, server, home, signInPage, alice, browserConsole }) => {
  browserConsole.expectsLostNetwork();
  await signInPage.signIn(alice);
  await loseAnswer(page, '**/fn/refresh');
  await page.reload();
  await expect(home.trouble).toBeVisible();
  await server.advance(60);
  await page.reload();
  await expect(home.timeLeft).toBeVisible();
  await expect(home.greeting(alice)).toBeVisible();
});

test('a network that is lost and comes back keeps the session', async ({ context, home, header, signInPage, profilePage, alice, browserConsole }) => {
  browserConsole.expectsLostNetwork();
  await signInPage.signIn(alice);
  await context.setOffline(true);
  await home.refreshNow.click();
  await expect(home.trouble).toContainText('The network can\'t be reached.');
  await expect(home.greeting(alice)).toBeVisible();
  await header.profile.click();
  await expect(profilePage.fact('Username'), 'what is known is still shown').toHaveText(alice.username);
  await header.session.click();

  await context.setOffline(false);
  await home.refreshNow.click();
  await expect(home.trouble).toBeHidden();
  await expect(home.happened(/rotated to generation/)).toBeVisible();
});

for (const place of ['the start', 'the profile']) {
  test(`once the network is back, ${place} says so by itself`, async ({
    page, context, home, header, signInPage, profilePage, alice, browserConsole,
  }) => {
    browserConsole.expectsLostNetwork();
    await signInPage.signIn(alice);
    await context.setOffline(true);
    await home.refreshNow.click();
    await expect(home.trouble).toContainText('The network can\'t be reached.');
    if (place === 'the profile') {
      await Promise.all([page.waitForEvent('requestfailed'), header.profile.click()]);
      await expect(profilePage.heading).toBeVisible();
      await expect(home.trouble).toBeVisible();
    }
    await context.setOffline(false);
    await expect(home.trouble).toBeHidden();
  });
}

test('a server that is back is noticed without a click', async ({ page, home, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(503);
  await installClock(page);
  await signInPage.signIn(alice);
  await page.route('**/fn/*', (route) => route.fulfill({ status: 503 }));
  await home.refreshNow.click();
  await expect(home.trouble).toBeVisible();
  await expect(home.refreshNow).toHaveText('Refresh now');
  await page.unrouteAll();
  await page.clock.fastForward(20_000);
  await expect(home.trouble).toBeHidden();
});

test('what is said of the network can be put away', async ({ page, home, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(503);
  await signInPage.signIn(alice);
  await page.route('**/fn/refresh', (route) => route.fulfill({ status: 503 }));
  await home.refreshNow.click();
  await expect(home.trouble).toBeVisible();
  await home.closeTrouble.click();
  await expect(home.trouble).toBeHidden();
  await expect(page.getByRole('main'), 'the focus is not lost').toBeFocused();
});

test('signing out without a network says so, and stays signed in', async ({ context, home, header, signInPage, alice, browserConsole }) => {
  browserConsole.expectsLostNetwork();
  await signInPage.signIn(alice);
  await context.setOffline(true);
  await header.signOut.click();
  await expect(home.trouble).toBeVisible();
  await expect(header.signOut).toHaveText('Sign out');
  await context.setOffline(false);
  await expect(home.trouble).toBeHidden();
  await header.signOut.click();
  await expect(header.signIn).toBeVisible();
  expect(await sessionCookies(context)).toEqual([]);
});

test('signing out while a token is being renewed is no end that has to be told', async ({
  page, context, home, header, signInPage, alice, browserConsole,
}) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  const refresh = await hold(page, '**/fn/refresh');
  const told = requestsTo(page, '/login');
  await home.open();
  await refresh.arrived;
  // The refresh is refused before the answer to the sign-out has come.
  await page.route('**/fn/logout', async (route) => {
    const answer = await route.fetch();
    const refused = page.waitForResponse('**/fn/refresh');
    refresh.release();
    await (await refused).finished();
    await route.fulfill({ response: answer });
  });
  await header.signOut.click();
  await expect(header.signIn).toBeVisible();
  await expect(page).toHaveURL('/');
  expect(await sessionCookies(context)).toEqual([]);
  expect(told).toHaveLength(0);
});

for (const status of [429, 500, 503]) {
  test(`a ${status} keeps the session and says so`, async ({ page, context, home, header, signInPage, alice, browserConsole }) => {
    browserConsole.expectsStatus(status);
    await signInPage.signIn(alice);
    const before = await cookieIn(context);
    await page.route('**/fn/*', (route) => route.fulfill({ status, headers: { 'retry-after': '5' } }));
    await home.refreshNow.click();
    await expect(home.trouble).toBeVisible();
    await expect(home.greeting(alice)).toBeVisible();
    await expect(header.signOut).toBeVisible();
    expect(await cookieIn(context)).toBe(before);
    await page.unrouteAll();
    await home.refreshNow.click();
    await expect(home.trouble).toBeHidden();
    await expect(home.happened(/rotated to generation/)).toBeVisible();
  });
}

test('a stranger\'s pages ask for no token', async ({ page, context, home, signInPage, registerPage }) => {
  const asked = [...['refresh', 'profile', 'logout']].map((name) => requestsTo(context, `/fn/${name}`));
  await home.open();
  await signInPage.open();
  await registerPage.open();
  await page.waitForLoadState('networkidle');
  expect(asked.flat()).toHaveLength(0);
});
