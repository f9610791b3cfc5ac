// Tokens end. The clocks of the server and of the browser are turned to see it.

import { expect, test } from '../fixtures';
import { installClock } from '../fixtures/clock';
import { requestsTo } from '../fixtures/network';
import { cookieIn, sessionCookies } from '../fixtures/thief';

const DAY = 86_400;

test('an access token that has ended is renewed, and the page goes on', async ({ page, context, server, home, signInPage, alice }) => {
  await installClock(page);
  await signInPage.signIn(alice);
  const before = await cookieIn(context);
  await server.advance(3600);
  await page.clock.fastForward('01:00:00');
  await expect(home.happened(/rotated to generation/)).toBeVisible();
  await expect(home.timeLeft).toHaveText(/^(10:00|9:\d\d)$/);
  await expect(home.greeting(alice)).toBeVisible();
  expect(await cookieIn(context)).not.toBe(before);
});

test('a token with little life left is renewed before it is sent', async ({ page, context, server, header, profilePage, signInPage, alice }) => {
  await installClock(page);
  await signInPage.signIn(alice);
  await Promise.all([page.waitForResponse('**/fn/profile'), header.profile.click()]);
  await expect(profilePage.heading).toBeVisible();
  await server.advance(575);
  await page.clock.fastForward('09:35');
  const answers: string[] = [];
  context.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith('/fn/')) {
      answers.push(`${pathname} ${response.status()}`);
    }
  });
  await header.session.click();
  await expect.poll(() => answers).toEqual(['/fn/refresh 200', '/fn/profile 200']);
});

test('a token with enough life left is sent as it is', async ({ page, context, header, profilePage, signInPage, alice }) => {
  await signInPage.signIn(alice);
  const refreshes = requestsTo(context, '/fn/refresh');
  const profiles = requestsTo(context, '/fn/profile');
  await header.profile.click();
  await expect(profilePage.heading).toBeVisible();
  await expect.poll(() => profiles.length).toBeGreaterThan(0);
  await expect(profilePage.fact('Username')).toHaveText(alice.username);
  expect(refreshes).toHaveLength(0);
  await expect(page).toHaveURL('/profile');
});

test('after sleep, when the browser\'s clock stood still, a 401 brings one refresh and one more try', async ({
  context, server, header, home, profilePage, signInPage, alice, browserConsole,
}) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  await server.advance(3600);
  const answers: string[] = [];
  context.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith('/fn/')) {
      answers.push(`${pathname} ${response.status()}`);
    }
  });
  await header.profile.click();
  await expect(profilePage.fact('Username')).toHaveText(alice.username);
  await expect.poll(() => answers).toEqual(['/fn/profile 401', '/fn/refresh 200', '/fn/profile 200']);
  await header.session.click();
  await expect(home.happened(/was refused, so a new one was asked for/)).toBeVisible();
});

test('a session that was not used for 31 days is over: an open page says so', async ({ page, context, server, home, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(401);
  await signInPage.signIn(alice);
  await server.advance(31 * DAY);
  await home.refreshNow.click();
  await expect(signInPage.ended).toBeVisible();
  expect(new URL(page.url()).searchParams.get('next')).toBe('/');
  expect(await sessionCookies(context)).toEqual([]);
  await signInPage.fill(alice);
  await expect(home.greeting(alice)).toBeVisible();
});

test('a session that was not used for 31 days is over: a page that is opened is a stranger\'s', async ({ page, server, header, signInPage, alice }) => {
  await signInPage.signIn(alice);
  await server.advance(31 * DAY);
  await page.reload();
  await expect(header.signIn).toBeVisible();
  await expect(page.getByText(alice.username)).toHaveCount(0);
  await page.goto('/profile');
  await expect(signInPage.heading).toBeVisible();
});

test('a session in use slides on, but not beyond 90 days', async ({ page, server, home, header, signInPage, alice }) => {
  await signInPage.signIn(alice);
  for (const _month of [1, 2, 3]) {
    await server.advance(29 * DAY);
    await page.reload();
    await expect(home.happened(/rotated to generation/)).toBeVisible();
    await home.settled();
  }
  await server.advance(4 * DAY);
  await page.reload();
  await expect(header.signIn).toBeVisible();
});
