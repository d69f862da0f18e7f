/**
 * The steps of a rotation of the compiled program, and a home of each test's own in which it is broken off at them.
 *
 * @module
 */
import { afterAll, afterEach, beforeAll, beforeEach } from "@std/testing/bdd";
import { RotatedHome, RotationWorld } from "./rotated_home.ts";

/** The requests of a rotation, in order. */
export const REQUESTS = [
  "GET /api/auth/me",
  "GET /api/api-keys",
  "POST /api/api-keys",
  "GET /api/auth/me 2",
  "DELETE /api/api-keys/{id}",
] as const;
/** Before the platform has got a request; after it has done its work, when the answer is lost. */
export const SIDES = ["before", "after"] as const;
/** The command. */
export const ROTATE: string[] = ["auth", "rotate"];

/** The platform, and the home of the test that runs. */
export let world: RotationWorld;
export let home: RotatedHome;

/** Gives each test of the current `describe` a home, which `set` has prepared and logged in. */
export function withRotatedHome(set: (world: RotationWorld) => Promise<RotatedHome> = loggedIn): void {
  beforeAll(async () => {
    world = await RotationWorld.open();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    home = await set(world);
  });
  afterEach(() => home.close());
}

async function loggedIn(world: RotationWorld): Promise<RotatedHome> {
  const home = new RotatedHome(world);
  await home.login();
  return home;
}

/** @returns A place in a rotation, in words. */
export function placeAt(when: "before" | "after", request: string): string {
  return when === "before" ? `before ${request} arrives` : `when the answer to ${request} is lost`;
}
