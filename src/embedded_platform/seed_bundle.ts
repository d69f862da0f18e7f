/**
 * A bundle of inputs to test with, for a new data directory: what people write to a shop's support.
 *
 * @module
 */
import type { Bundle } from "./contract.ts";

const PERSONAS = [
  { id: "per_1", name: "In a hurry" },
  { id: "per_2", name: "New to the shop" },
  { id: "per_3", name: "Disappointed" },
];

const TEXTS: readonly (readonly [text: string, personaId: string])[] = [
  ["Where is my order? It was to be here on Monday.", "per_1"],
  ["How do I return something that does not fit?", "per_2"],
  ["I was charged twice for one order.", "per_3"],
  ["Do you ship to Norway, and what does that cost?", "per_2"],
  ["Cancel my subscription now.", "per_1"],
  ["The third parcel in a row came damaged. What will you do about it?", "per_3"],
  ["Can I change the address of an order that I placed an hour ago?", "per_1"],
  ["Is there a student discount?", "per_2"],
];

/** The bundle of the project `customer-support-bot`. */
export const SEEDED_BUNDLE: Bundle = {
  bundle_version: { id: "bv_1", project_id: "prj_1" },
  input_items: TEXTS.map(([content, persona_id], index) => ({
    id: `inp_${index + 1}`,
    messages: [{ role: "user", content }],
    persona_id,
    metadata: {},
  })),
  personas: PERSONAS,
  criteria_pack: [{ id: "cri_1", name: "Says what happens next" }],
};
