// The pictures of the README. Written only when they are asked for: `npm run screenshots`.

import { fileURLToPath } from 'node:url';
import { expect, test } from '../fixtures';
import type { Person } from '../fixtures/person';
import { register } from '../fixtures/person';

const FOLDER = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const ADA: Person = { username: 'ada', email: 'ada@example.org', password: 'quiet harbour lantern 1843' };

test.skip(!process.env.SCREENSHOTS, 'pictures are written only when they are asked for');

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [1280, 360]) {
    test(`${scheme}, ${width} px`, async ({ page, request, home, signInPage, registerPage }) => {
      const picture = async (name: string) => {
        await page.screenshot({ path: `${FOLDER}${name}-${scheme}-${width}.png`, animations: 'disabled', caret: 'hide' });
      };
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: width === 1280 ? 900 : 780 });
      await register(request, ADA);
      await home.open();
      await picture('start');
      await registerPage.open();
      await registerPage.username.fill(ADA.username);
      await registerPage.email.fill(ADA.email);
      await registerPage.password.fill(ADA.password);
      await picture('register');
      await signInPage.open();
      await picture('sign-in');
      await signInPage.fill(ADA);
      await expect(home.timeLeft).toBeVisible();
      await home.open();
      await expect(home.happened(/proof that it arrived/)).toBeVisible();
      await picture('home');
      await page.goto('/profile');
      await expect(page.getByText(ADA.email)).toBeVisible();
      await picture('profile');
    });
  }
}
