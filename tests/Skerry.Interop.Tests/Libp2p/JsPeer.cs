using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

using Skerry.Libp2p;

namespace Skerry.Interop.Tests.Libp2p;

/// <summary>A node of js-libp2p in a process of its own.</summary>
internal sealed class JsPeer : IAsyncDisposable
{
    /// <summary>More than 100 MB take on a slow machine; who is silent for longer is broken.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode?>> _asked = new();
    private readonly Task _reading;
    private readonly Task<string> _errors;
    private int _last;

    private JsPeer(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>Where it listens, with its peer id.</summary>
    public string Address { get; private set; } = "";

    /// <param name="security">noise or tls: the only one it speaks.</param>
    /// <param name="network">The private network it is in; null: none.</param>
    /// <param name="through">The relay it is to be reached through; null: it listens itself.</param>
    /// <param name="isRelay">Whether it is a relay.</param>
    /// <param name="listen">Where it listens; null: on TCP.</param>
    /// <param name="more">Other options of peer.mjs.</param>
    /// <param name="version">Of js-libp2p: 2 or 3.</param>
    public static async Task<JsPeer> StartAsync(
        string security, PreSharedKey? network = null, Multiaddr? through = null, bool isRelay = false, string? listen = null, JsonObject? more = null, int version = 2)
    {
        var options = new JsonObject { ["security"] = security, ["relay"] = isRelay };
        foreach (var (name, value) in more ?? []) options[name] = value?.DeepClone();
        if (network is not null) options["network"] = network.ToFile().TrimEnd();
        if (through is not null) options["listen"] = new JsonArray($"{through}/p2p-circuit");
        if (listen is not null) options["listen"] = new JsonArray(listen);
        return await StartAsync(options, version: version);
    }

    /// <param name="options">As the head of peer.mjs tells them.</param>
    /// <param name="isReached">Whether it has addresses, to be waited for.</param>
    /// <param name="version">Of js-libp2p: 2 or 3.</param>
    public static async Task<JsPeer> StartAsync(JsonObject options, bool isReached = true, int version = 2)
    {
        if (version == 3 && (string?)options["security"] == "tls" && await NodePackages.VersionAsync() < 20) Assert.Skip("TLS of js-libp2p 3 needs Node 20 or newer.");
        var folder = NodePackages.FolderOf(version == 3 ? "Libp2p/V3" : "Libp2p");
        await NodePackages.InstallAsync(folder);
        var start = new ProcessStartInfo("node", [Path.Combine(folder, "peer.mjs"), options.ToJsonString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var peer = new JsPeer(Process.Start(start)!);
        while (isReached && peer.Address.Length == 0)
        {
            var addresses = (await peer.AskAsync(new JsonObject { ["do"] = "addresses" }))!.AsArray();
            if (addresses.Count > 0) peer.Address = (string)addresses[0]!;
            else await Task.Delay(20); // between two polls of the condition
        }

        return peer;
    }

    /// <summary>Has it do something; fails with its error.</summary>
    public async Task<JsonNode?> AskAsync(JsonObject command)
    {
        var id = Interlocked.Increment(ref _last);
        command["id"] = id;
        var answer = _asked[id] = new TaskCompletionSource<JsonNode?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _process.StandardInput.WriteLineAsync(command.ToJsonString());
        await _process.StandardInput.FlushAsync();
        try
        {
            return await answer.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"js-libp2p has not answered within {Patience.TotalMinutes} min: {command.ToJsonString()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            JsonNode answer;
            try
            {
                answer = JsonNode.Parse(line)!;
            }
            catch (JsonException)
            {
                continue; // a word of its own
            }

            if (!_asked.TryRemove((int)answer["id"]!, out var asked)) continue;
            if (answer["error"] is { } error) asked.SetException(new InvalidOperationException($"js-libp2p: {error}"));
            else asked.SetResult(answer["result"]?.DeepClone());
        }

        var errors = await _errors;
        foreach (var asked in _asked.Values) asked.TrySetException(new InvalidOperationException($"js-libp2p ended: {errors}"));
    }
}
