/**
 * Gives each test its own home for rotations with the compiled program.
 *
 * @module
 */
import { afterAll, afterEach, beforeAll, beforeEach } from "@std/testing/bdd";
import { RotatedHome, RotationWorld } from "./rotated_home.ts";

/** The command. */
export const ROTATE: string[] = ["auth", "rotate"];

/** The platform, and the current test's home. */
export let world: RotationWorld;
export let home: RotatedHome;

/** Gives each test of the current `describe` a logged-in home. */
export function withRotatedHome(): void {
  beforeAll(async () => {
    world = await RotationWorld.open();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    home = new RotatedHome(world);
    await home.login();
  });
  afterEach(() => home.close());
}
