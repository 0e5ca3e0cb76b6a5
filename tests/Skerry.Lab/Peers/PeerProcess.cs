using System.Collections.Concurrent;
using System.Text.Json;

using Skerry.Lab.Fabric;

namespace Skerry.Lab.Peers;

/// <summary>A <see cref="PeerProgram"/> on a lab's machine, as the test sees it.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    public const int Port = 4001;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<int, TaskCompletionSource<PeerAnswer>> _waiting = [];
    private readonly LabHost _host;
    private readonly LabProcess _process;
    private int _last;

    private PeerProcess(LabHost host)
    {
        _host = host;
        _process = LabProcess.Start(host, Path.Combine(AppContext.BaseDirectory, "Skerry.Lab"), ["peer"], Take);
    }

    /// <summary>Its peer id.</summary>
    public string Peer { get; private set; } = "";

    /// <summary>Where its own LAN reaches it; without a NAT the world too.</summary>
    public string Address => $"/ip4/{_host.Address}/tcp/{Port}/p2p/{Peer}";

    /// <summary>Starts a peer that listens on all its machine's addresses.</summary>
    public static async Task<PeerProcess> StartAsync(LabHost host, bool isRelay = false)
    {
        var peer = new PeerProcess(host);
        try
        {
            var answer = await peer.AskAsync(new PeerRequest { Do = "start", Name = host.Name, Address = $"/ip4/0.0.0.0/tcp/{Port}", IsRelay = isRelay });
            peer.Peer = answer.Peer!;
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks for something that must work.</summary>
    public async Task<PeerAnswer> AskAsync(PeerRequest request)
    {
        var answer = await TryAskAsync(request);
        Assert.True(answer.Error is null, $"{_host}: {request.Do}: {answer.Error}\n{_process.Tail()}");
        return answer;
    }

    /// <summary>Asks for something that may fail.</summary>
    public async Task<PeerAnswer> TryAskAsync(PeerRequest request)
    {
        var id = Interlocked.Increment(ref _last);
        var waiting = _waiting[id] = new TaskCompletionSource<PeerAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.Write(JsonSerializer.Serialize(request with { Id = id }));
        try
        {
            return await waiting.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{_host}: no answer to {request.Do}.\n{_process.Tail()}");
        }
    }

    public Task<PeerAnswer> ConnectAsync(string address) => AskAsync(new PeerRequest { Do = "connect", Address = address });

    public Task<PeerAnswer> ReserveAsync(PeerProcess relay) => AskAsync(new PeerRequest { Do = "reserve", Address = relay.Address });

    public Task<PeerAnswer> PingAsync(PeerProcess peer) => AskAsync(new PeerRequest { Do = "ping", Peer = peer.Peer });

    public Task<PeerAnswer> EchoAsync(PeerProcess peer, int bytes) => AskAsync(new PeerRequest { Do = "echo", Peer = peer.Peer, Bytes = bytes });

    /// <summary>Ends it without a word.</summary>
    public Task KillAsync() => _process.KillAsync();

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private void Take(string line)
    {
        if (!line.StartsWith('{')) return;
        var answer = JsonSerializer.Deserialize<PeerAnswer>(line)!;
        if (_waiting.TryRemove(answer.Id, out var waiting)) waiting.TrySetResult(answer);
    }
}
