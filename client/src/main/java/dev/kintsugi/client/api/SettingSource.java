package dev.kintsugi.client.api;

/** Who set a setting's value, the outermost first. */
public enum SettingSource {
    /** Nobody: it is as the server ships. */
    DEFAULT,
    /** Whoever runs the server, for all tenants or for this one. */
    PLATFORM,
    /** The tenant. */
    TENANT,
    /** The run's own plan. */
    RUN
}
