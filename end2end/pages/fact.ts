import type { Locator, Page } from '@playwright/test';

/** What stands beside the name of a fact, in a list of facts. */
export function fact(place: Page | Locator, name: string): Locator {
  return place.getByRole('term').filter({ hasText: new RegExp(`^${name}$`) }).locator('xpath=following-sibling::dd[1]');
}
