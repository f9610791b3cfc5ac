// Pictures of every screen, to be looked at; two of them are the README's. Written only when they are asked for: `make screenshots`.

import { fileURLToPath } from 'node:url';
import { expect, test } from '../fixtures';
import { hydrated } from '../fixtures/hydration';
import { letterTo, linkIn } from '../fixtures/letters';
import { type Person, register } from '../fixtures/person';

const OF_THE_README = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const TO_LOOK_AT = fileURLToPath(new URL('../test-results/screens/', import.meta.url));
const ADA: Person = { username: 'ada', email: 'ada@example.org', password: 'quiet harbour lantern 1843' };

test.skip(!process.env.SCREENSHOTS, 'pictures are written only when they are asked for');

const SCREENS = {
  1280: { viewport: { width: 1280, height: 900 } },
  360: { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
};

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [width, screen] of Object.entries(SCREENS)) {
    test.describe(() => {
      test.use({ ...screen, colorScheme });

      test(`${colorScheme}, ${width} px`, async ({
        page, request, server, home, signInPage, registerPage, profilePage, settingsPage, forgotPasswordPage, resetPasswordPage, verifyEmailPage, browserConsole,
      }) => {
        const picture = async (name: string) => {
          const folder = name === 'home' && width === '1280' ? OF_THE_README : TO_LOOK_AT;
          await page.screenshot({ path: `${folder}${name}-${colorScheme}-${width}.png`, animations: 'disabled', caret: 'hide', scale: 'css' });
        };
        await register(request, ADA);
        await home.open();
        await picture('start');
        await registerPage.open();
        await registerPage.username.fill(ADA.username);
        await registerPage.email.fill(ADA.email);
        await registerPage.password.fill(ADA.password);
        await picture('register');
        await page.goto(linkIn(await letterTo(server, ADA.email, 'verify_email'), '/verify-email'));
        await picture('verify-email');
        await forgotPasswordPage.visit();
        await picture('forgot-password');
        await forgotPasswordPage.ask(ADA.email);
        await expect(forgotPasswordPage.asked).toBeVisible();
        await picture('forgot-password-asked');
        await page.goto(linkIn(await letterTo(server, ADA.email, 'reset_password'), '/reset-password'));
        await hydrated(page);
        await resetPasswordPage.password.fill(ADA.password);
        await picture('reset-password');
        await page.goto('/reset-password?token=void');
        await expect(resetPasswordPage.isVoid).toBeVisible();
        await picture('reset-password-void');
        await signInPage.open();
        await picture('sign-in');
        await signInPage.fill(ADA);
        await expect(home.timeLeft).toBeVisible();
        await home.open();
        await home.settled();
        await picture('home');
        // The link that was opened above is not to be shown again.
        await page.context().clearCookies({ name: '__Host-verify_email' });
        await verifyEmailPage.visit();
        await expect(verifyEmailPage.code).toBeVisible();
        await picture('verify-email-code');
        await profilePage.open();
        await expect(profilePage.fact('Email')).toHaveText(ADA.email);
        await picture('profile');
        for (const name of ['', 'profile', 'email', 'password', 'export', 'delete']) {
          await settingsPage.open(name);
          await picture(name === '' ? 'settings' : `settings-${name}`);
        }
        for (const name of ['devices', 'activity']) {
          await settingsPage.open(name);
          await expect(settingsPage.rows.first()).toBeVisible();
          await picture(`settings-${name}`);
        }
        await settingsPage.open('delete');
        await settingsPage.button('Delete my account').click();
        await expect(settingsPage.question).toBeVisible();
        await picture('settings-delete-question');
        await settingsPage.answer('Delete my account');
        await expect(settingsPage.button('Keep my account')).toBeVisible();
        await picture('settings-delete-planned');
        browserConsole.expectsStatus(401);
        await settingsPage.open('export');
        await server.advance(660);
        await settingsPage.button('Download my data').click();
        await expect(settingsPage.proof).toBeVisible();
        await picture('settings-proof');
      });
    });
  }
}
