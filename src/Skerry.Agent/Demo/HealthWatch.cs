using System.Globalization;
using System.Net;
using System.Text.Json;

using Skerry.Agent.CommandLine.Documents;

namespace Skerry.Agent.Demo;

/// <summary>Follows the service's instances in one agent's view by blocking queries: the agent answers when something has changed.</summary>
internal sealed class HealthWatch : IAsyncDisposable
{
    private static readonly string[] Statuses = ["passing", "warning", "critical"];
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly string _observer;
    private readonly string _group;
    private readonly Sightings _sightings;
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<string> _known = [];
    private readonly Task _watching;

    /// <param name="observer">The node whose view it is.</param>
    /// <param name="api">Its agent's API.</param>
    /// <param name="group">The group whose instances it follows; empty: its own.</param>
    /// <param name="sightings">Takes in what is seen.</param>
    public HealthWatch(string observer, IPEndPoint api, string group, Sightings sightings)
    {
        _observer = observer;
        _group = group;
        _sightings = sightings;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://{api}/") };
        _watching = Task.Run(WatchAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task WatchAsync()
    {
        var index = 0L;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var answer = await _http.GetAsync($"v1/health/service/{DemoNode.ServiceName}?wait=30s&dc={_group}&index={index.ToString(CultureInfo.InvariantCulture)}", _stopping.Token);
                answer.EnsureSuccessStatusCode();
                index = answer.Headers.TryGetValues("X-Consul-Index", out var values) ? long.Parse(values.First(), CultureInfo.InvariantCulture) : 0;
                var body = await answer.Content.ReadAsStreamAsync(_stopping.Token);
                Note(await JsonSerializer.DeserializeAsync(body, ApiJson.Default.ApiServiceEntryDocumentArray, _stopping.Token) ?? []);
            }
            catch (Exception away) when (away is HttpRequestException or IOException or JsonException)
            {
                // The agent is not up yet, or was killed.
                index = 0;
                await Task.Delay(Pause, _stopping.Token);
            }
        }
    }

    private void Note(ApiServiceEntryDocument[] entries)
    {
        foreach (var entry in entries)
        {
            _known.Add(entry.Service.ID);
            var worst = entry.Checks.Select(check => Array.IndexOf(Statuses, check.Status)).DefaultIfEmpty(0).Max();
            _sightings.Note(_observer, entry.Service.ID, Statuses[Math.Max(0, worst)]);
        }

        foreach (var gone in _known.Except(entries.Select(entry => entry.Service.ID))) _sightings.Note(_observer, gone, "gone");
    }
}
