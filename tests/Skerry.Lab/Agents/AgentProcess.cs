using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

using Skerry.Lab.Fabric;

namespace Skerry.Lab.Agents;

/// <summary>The program <c>skerry agent</c> on a lab's machine, with its API as that machine reaches it.</summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly LabHost _host;
    private readonly string _group;
    private readonly string _directory = WorkingDirectory.Make();
    private readonly HttpClient _http;
    private readonly Dictionary<string, string> _variables = [];
    private int _diskMegabytes;
    private LabProcess? _process;

    private AgentProcess(LabHost host, string group)
    {
        (_host, _group) = (host, group);
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (call, cancel) =>
            {
                var socket = host.NewSocket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(call.DnsEndPoint, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://127.0.0.1:8500"), Timeout = TimeSpan.FromSeconds(10) };
    }

    /// <summary>Its machine.</summary>
    public LabHost Host => _host;

    /// <summary>Where it keeps what survives it.</summary>
    public string Data => Path.Combine(_directory, "data");

    /// <summary>Whether it has ended, or never began.</summary>
    public bool HasEnded => _process is not { HasExited: false };

    /// <summary>The end of what it printed.</summary>
    public string Tail => _process?.Tail() ?? "";

    /// <summary>Its configuration file.</summary>
    public string File => Path.Combine(_directory, "skerry.yaml");

    /// <summary>Starts an agent and waits until its API answers.</summary>
    /// <param name="host">Its machine; the node has its name.</param>
    /// <param name="configuration">What the file says besides node, data directory and key.</param>
    /// <param name="group">The node's group.</param>
    /// <param name="hasClock">Whether its wall clock is its own (<see cref="SetClock"/>).</param>
    /// <param name="diskMegabytes">Its data's disk has so much room, and ends with it; 0: it is this machine's, and stays.</param>
    public static async Task<AgentProcess> StartAsync(LabHost host, string configuration, string group = "dc1", bool hasClock = false, int diskMegabytes = 0)
    {
        var agent = new AgentProcess(host, group) { _diskMegabytes = diskMegabytes };
        if (hasClock) agent.OwnClock();
        try
        {
            await agent.ConfigureAsync(configuration);
            await agent.RunAsync();
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts an agent that is to refuse.</summary>
    /// <param name="host">Its machine.</param>
    /// <param name="configuration">As for others.</param>
    /// <param name="prepare">Told the directory of its data before it starts.</param>
    /// <returns>What it said; it has ended with an error.</returns>
    public static async Task<string> FailAsync(LabHost host, string configuration, Action<string> prepare)
    {
        await using var agent = new AgentProcess(host, "dc1");
        await agent.ConfigureAsync(configuration);
        Directory.CreateDirectory(agent.Data);
        prepare(agent.Data);
        agent._process = agent.Begin();
        using var limit = new CancellationTokenSource(Patience);
        Assert.NotEqual(0, await agent._process.WaitAsync(limit.Token));
        return agent.Tail;
    }

    /// <summary>Writes its file anew; a running agent notices.</summary>
    public Task ConfigureAsync(string configuration) => System.IO.File.WriteAllTextAsync(File, $"""
        node: {"{"} name: {_host.Name}, group: {_group} {"}"}
        dataDirectory: {_directory}/data
        key: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
        {configuration}
        """);

    /// <summary>Starts it, or again after it was killed.</summary>
    public async Task RunAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _process = Begin();
        await UntilAsync(async () => await TryGetAsync("/healthz") is not null, "to answer");
    }

    /// <summary>Ends it as kill -9 does.</summary>
    public Task KillAsync() => _process!.KillAsync();

    /// <summary>Ends it in good order, and waits until it has ended.</summary>
    public async Task StopAsync()
    {
        _process!.Signal(15); // SIGTERM
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitAsync(limit.Token);
    }

    /// <summary>Takes its disk's content away, once it has ended.</summary>
    public void Wipe() => Directory.Delete(Data, recursive: true);

    /// <summary>Leaves no room on its disk.</summary>
    public void FillDisk()
    {
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            for (var block = new byte[64 << 10]; ;) filler.Write(block);
        }
        catch (IOException)
        {
            // It is full.
        }
    }

    /// <summary>Gives the room back.</summary>
    public void FreeDisk() => System.IO.File.Delete(Filler);

    /// <summary>Stands still, and knows nothing of it.</summary>
    public void Freeze() => _process!.Signal(19); // SIGSTOP

    /// <summary>Goes on.</summary>
    public void Thaw() => _process!.Signal(18); // SIGCONT

    /// <summary>Its wall clock leaps to so far from the true time; its monotonic clock does not.</summary>
    public void SetClock(TimeSpan offset) =>
        System.IO.File.WriteAllText(Path.Combine(_directory, "clock"), string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(long)offset.TotalSeconds:+0;-0}\n"));

    /// <summary>The wall clock as its API dates its answers.</summary>
    public async Task<DateTimeOffset> ClockAsync()
    {
        using var response = await _http.GetAsync(new Uri("/healthz", UriKind.Relative));
        return response.Headers.Date ?? DateTimeOffset.MinValue;
    }

    /// <summary>The members that it sees alive, by name.</summary>
    public async Task<IReadOnlyList<string>> AliveAsync()
    {
        const int alive = 1; // Serf's number
        var members = await _http.GetFromJsonAsync<JsonElement>("/v1/agent/members");
        return [.. members.EnumerateArray().Where(member => member.GetProperty("Status").GetInt32() == alive).Select(member => member.GetProperty("Name").GetString()!).Order(StringComparer.Ordinal)];
    }

    /// <summary>What its API answers; null while it does not.</summary>
    public async Task<string?> TryGetAsync(string path)
    {
        try
        {
            return await _http.GetStringAsync(new Uri(path, UriKind.Relative));
        }
        catch (Exception silent) when (silent is HttpRequestException or TaskCanceledException) // the latter at the time-out
        {
            return null;
        }
    }

    /// <summary>Waits for something of it, looking often.</summary>
    /// <param name="condition">True when it has come.</param>
    /// <param name="what">After "Waited for NODE".</param>
    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested || _process!.HasExited, $"Waited for {_host.Name} {what}.\n{_process!.Tail()}");
            await Task.Delay(20); // between two polls of the condition
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A disk of its own is a file system in memory, mounted where the process alone sees it: it ends with the process, however that ends.</summary>
    private LabProcess Begin()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "skerry");
        if (_diskMegabytes == 0) return LabProcess.Start(_host, program, ["agent", "--config", File], IsRepeated, _variables);
        Directory.CreateDirectory(Data);
        var script = $"mount -t tmpfs -o size={_diskMegabytes}m lab '{Data}' && exec '{program}' agent --config '{File}'";
        return LabProcess.Start(_host, "unshare", ["--mount", "--propagation", "private", "sh", "-c", script], IsRepeated, _variables);
    }

    /// <summary>As this process finds it behind the other one's mounts.</summary>
    private string Filler => $"/proc/{_process!.Id}/root{Data}/filler";

    /// <summary>libfaketime puts itself before the C library's clocks, and reads the offset from a file, once a second.</summary>
    private void OwnClock()
    {
        SetClock(TimeSpan.Zero);
        _variables["LD_PRELOAD"] = Requirements.FakeTime!;
        _variables["FAKETIME_TIMESTAMP_FILE"] = Path.Combine(_directory, "clock");
        _variables["FAKETIME_CACHE_DURATION"] = "1";
        _variables["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        // Waits are by the monotonic clock, which it leaves alone; with its own way of waiting they would end at once, and spin.
        _variables["FAKETIME_FORCE_MONOTONIC_FIX"] = "0";
        _variables["FAKETIME_DISABLE_SHM"] = "1";
        _variables["NO_FAKE_STAT"] = "1";
    }

    /// <summary>What traffic in vain has it say many times a second: nothing else would be left of what it said at last.</summary>
    private static bool IsRepeated(string line) => line.Contains(" was not reached for 127.0.0.1", StringComparison.Ordinal);
}
