using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Skerry.Interop.Tests.Serf;

/// <summary>Debian's <c>serf agent</c> as a process, driven by its own command line.</summary>
internal sealed class SerfAgent : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly string _rpc;

    private SerfAgent(Process process, IPEndPoint address, string rpc)
    {
        _process = process;
        Address = address;
        _rpc = rpc;
    }

    public IPEndPoint Address { get; }

    /// <summary>Whether the process has ended.</summary>
    public bool HasExited => _process.HasExited;

    public static Task<SerfAgent> StartAsync(string name, params string[] options) => StartAsync(name, NewAddress(), options);

    public static async Task<SerfAgent> StartAsync(string name, IPEndPoint bind, params string[] options)
    {
        var rpc = new IPEndPoint(bind.Address, 7373);
        var start = new ProcessStartInfo(
            "serf", ["agent", $"-node={name}", $"-bind={bind}", $"-rpc-addr={rpc}", "-profile=local", "-log-level=debug", .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException("These tests meet Debian's serf: apt-get install serf, or run ./eng/test, which does.", missing);
        }

        var agent = new SerfAgent(process, bind, rpc.ToString());
        process.OutputDataReceived += (_, line) => agent.Observe(line.Data);
        process.ErrorDataReceived += (_, line) => agent.Observe(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await agent.UntilAsync(async () => (await agent.TryRunAsync("members")).ExitCode == 0, "serf to answer its command line");
        return agent;
    }

    /// <summary>Runs one of serf's verbs; fails the test when it does.</summary>
    public async Task<string> RunAsync(string verb, params string[] arguments)
    {
        var (exitCode, output) = await TryRunAsync(verb, arguments);
        Assert.True(exitCode == 0, $"serf {verb} {string.Join(' ', arguments)} failed:\n{output}");
        return output;
    }

    /// <summary>Runs one of serf's verbs that must not succeed.</summary>
    public async Task RunExpectingFailureAsync(string verb, params string[] arguments)
    {
        var (exitCode, output) = await TryRunAsync(verb, arguments);
        Assert.True(exitCode != 0, $"serf {verb} {string.Join(' ', arguments)} succeeded:\n{output}");
    }

    /// <summary>The status and tags serf holds of a member; null when it knows none of that name.</summary>
    public async Task<(string Status, Dictionary<string, string> Tags)?> MemberAsync(string name)
    {
        using var members = JsonDocument.Parse(await RunAsync("members", "-format=json"));
        foreach (var member in members.RootElement.GetProperty("members").EnumerateArray())
        {
            if (member.GetProperty("name").GetString() != name) continue;
            var tags = member.GetProperty("tags").EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString()!);
            return (member.GetProperty("status").GetString()!, tags);
        }

        return null;
    }

    /// <summary>Waits until serf holds a member to be so.</summary>
    /// <param name="name">The member.</param>
    /// <param name="status">What <c>serf members</c> shows.</param>
    /// <param name="log">The member's own log, shown when it did not come to that.</param>
    public Task SeesAsync(string name, string status, Func<string>? log = null) =>
        UntilAsync(async () => await MemberAsync(name) is { } member && member.Status == status, $"serf to see {name} as {status}", log);

    public async Task UntilAsync(Func<Task<bool>> condition, string what, Func<string>? log = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited 60 s for {what}. Serf's log ends:\n{Tail()}\n{log?.Invoke()}");
            await Task.Delay(20); // between two polls of the condition
        }
    }

    /// <summary>Ends it without a word.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public string Tail()
    {
        lock (_log) return _log.ToString(Math.Max(0, _log.Length - 4000), Math.Min(_log.Length, 4000));
    }

    private void Observe(string? line)
    {
        if (line is null) return;
        lock (_log) _log.AppendLine(line);
    }

    public async Task<(int ExitCode, string Output)> TryRunAsync(string verb, params string[] arguments)
    {
        // Serf's parser wants its options first.
        var start = new ProcessStartInfo("serf", [.. verb.Split(' '), $"-rpc-addr={_rpc}", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    /// <summary>Where an agent can be reached by nobody but its test.</summary>
    public static IPEndPoint NewAddress() => new(LoopbackHosts.Next(), 7946);
}
