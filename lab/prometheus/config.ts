/** prometheus.yml for the lab: one job, whose targets the lab's discovery names. JSON is YAML. */
export function prometheusConfig(options: { readonly discovery: string; readonly scrapeSeconds: number }): string {
  const interval = `${options.scrapeSeconds}s`;
  return JSON.stringify(
    {
      global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: "15s" },
      scrape_configs: [
        {
          job_name: "kubernetes-pods",
          honor_timestamps: false,
          http_sd_configs: [{ url: options.discovery, refresh_interval: options.scrapeSeconds > 5 ? "10s" : "2s" }],
        },
      ],
    },
    null,
    2,
  );
}
