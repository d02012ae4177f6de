/**
 * Loaded before a child's own program (`node --import`): when the demo is gone, however it ended, the channel closes and
 * the child ends too, so that nothing keeps running behind a closed terminal.
 */
process.channel?.unref();
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
