/** Says that something about the health of a target changed, so that splits are compiled anew. */
export class HealthBoard {
  version = 0;

  changed(): void {
    this.version++;
  }
}
