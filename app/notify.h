/* What systemd is told (sd_notify); nothing where it did not start us. */
#ifndef APP_NOTIFY_H
#define APP_NOTIFY_H

void notify_ready(const char *status);
void notify_status(const char *status);
void notify_reloading(void); /* followed by notify_ready */
void notify_stopping(void);
void notify_watchdog(void);

#endif
