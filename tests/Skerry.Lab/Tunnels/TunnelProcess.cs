using Skerry.Lab.Fabric;
using Skerry.Lab.Load;
using Skerry.Lab.Programs;

namespace Skerry.Lab.Tunnels;

/// <summary>A <see cref="TunnelProgram"/> on a lab's machine, as the test sees it.</summary>
internal sealed class TunnelProcess(LabHost host, TunnelRequest start, Action<KnownRoutes> announced) : IAsyncDisposable
{
    public const int Port = 20006;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private ProgramClient<TunnelRequest, TunnelAnswer>? _program;

    public string Name => host.Name;

    /// <summary>False before it has started, and when it was killed.</summary>
    public bool IsRunning { get; private set; }

    private ProgramClient<TunnelRequest, TunnelAnswer> Program => _program ?? throw new InvalidOperationException($"{Name} does not run.");

    /// <summary>Starts it, or again after it was killed.</summary>
    public async Task RunAsync()
    {
        if (_program is not null) await _program.DisposeAsync();
        _program = new ProgramClient<TunnelRequest, TunnelAnswer>(host, "tunnel", news => announced(news.Routes!));
        var routes = (await AskAsync(start)).Routes!;
        IsRunning = true;
        announced(routes);
    }

    public Task<TunnelAnswer> AskAsync(TunnelRequest request) => Program.AskAsync(request);

    public Task<TunnelAnswer> TryAskAsync(TunnelRequest request) => Program.TryAskAsync(request);

    public void Tell(TunnelRequest request) => Program.Tell(request);

    public async Task<TrafficFigures> FiguresAsync() => (await AskAsync(new TunnelRequest { Do = "figures" })).Figures!;

    public Task<TunnelAnswer> StatusAsync(string node) => AskAsync(new TunnelRequest { Do = "status", Node = node });

    /// <summary>Ends it without a word.</summary>
    public Task KillAsync()
    {
        IsRunning = false;
        return Program.KillAsync();
    }

    /// <summary>Looks again and again until something is so.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited for {what}.\n{Program.Tail()}");
            await Task.Delay(20); // between two polls of the condition
        }
    }

    public ValueTask DisposeAsync() => _program?.DisposeAsync() ?? ValueTask.CompletedTask;
}
