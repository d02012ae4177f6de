/** Under this name the controller's writes stand in managedFields. */
export const attachFieldManager = "sluice-attach";
