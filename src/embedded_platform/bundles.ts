/**
 * What tests are run on: versions of bundles of inputs.
 *
 * @module
 */
import type { Bundle } from "./contract.ts";
import type { Database } from "./database.ts";

interface BundleRow {
  id: string;
  project_id: string;
  input_items: string;
  personas: string;
  criteria_pack: string;
}

/** Versions of bundles. One that was added stays as it is. */
export class Bundles {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds a version to a project, as its newest. */
  add({ bundle_version, input_items, personas, criteria_pack }: Bundle, projectId: string): void {
    this.#database.run(
      "INSERT INTO bundle_versions (id, project_id, input_items, personas, criteria_pack) VALUES (?, ?, ?, ?, ?)",
      bundle_version.id,
      projectId,
      JSON.stringify(input_items),
      JSON.stringify(personas),
      JSON.stringify(criteria_pack),
    );
  }

  /** @returns The version with this id; `undefined` where there is none. */
  get(id: string): Bundle | undefined {
    const row = this.#database.get<BundleRow>("SELECT * FROM bundle_versions WHERE id = ?", id);
    return row && bundle(row);
  }

  /** @returns A project's newest version; `undefined` where it has none. */
  newest(projectId: string): Bundle | undefined {
    const row = this.#database.get<BundleRow>(
      "SELECT * FROM bundle_versions WHERE project_id = ? ORDER BY rowid DESC LIMIT 1",
      projectId,
    );
    return row && bundle(row);
  }
}

function bundle(row: BundleRow): Bundle {
  return {
    bundle_version: { id: row.id, project_id: row.project_id },
    input_items: JSON.parse(row.input_items),
    personas: JSON.parse(row.personas),
    criteria_pack: JSON.parse(row.criteria_pack),
  };
}
