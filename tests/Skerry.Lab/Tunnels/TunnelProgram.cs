using System.Diagnostics.Metrics;
using System.Security.Cryptography;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Lab.Load;
using Skerry.Lab.Programs;
using Skerry.Libp2p;
using Skerry.Tunnel;

namespace Skerry.Lab.Tunnels;

/// <summary>A <see cref="TunnelNode"/> as a program: it gives back what others send it, and exchanges with others on request. It ends when its input does.</summary>
internal sealed class TunnelProgram : IAsyncDisposable
{
    private static readonly SessionTarget Echo = new("echo", "echo", "tcp");
    private static readonly MeshIdentity Mesh = new(SHA256.HashData("the lab's mesh"u8));

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ToldDirectory _directory = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly RequestLoop<TunnelRequest, TunnelAnswer> _loop;
    private TunnelNode? _tunnel;
    private Traffic? _traffic;
    private PathKind? _begun;
    private Task _running = Task.CompletedTask;

    private TunnelProgram(TextReader input, TextWriter output) => _loop = new RequestLoop<TunnelRequest, TunnelAnswer>(input, output, DoAsync);

    private TunnelNode Tunnel => _tunnel ?? throw new InvalidOperationException("Not started.");

    public static async Task<int> RunAsync(TextReader input, TextWriter output)
    {
        await using var program = new TunnelProgram(input, output);
        await program._loop.RunAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        if (_tunnel is not null) await _tunnel.DisposeAsync();
        await _services.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task<TunnelAnswer> DoAsync(TunnelRequest request)
    {
        switch (request.Do)
        {
            case "start":
                return await StartAsync(request);
            case "know":
                _directory.Tell(Read(request.Routes!));
                _tunnel?.DirectoryChanged();
                return new TunnelAnswer();
            case "relays":
                Tunnel.SetRelayNodes([.. request.Relays.Select(Read)]);
                return new TunnelAnswer();
            case "duty":
                Tunnel.SetRelay(request.IsRelay ? RelayDuty.Always : RelayDuty.Never);
                return new TunnelAnswer();
            case "reach":
                await Tunnel.PingAsync(request.Node, _stopping.Token);
                return Status(request.Node);
            case "load":
                _traffic = new Traffic(async cancel => await OpenAsync(request.Node, cancel), (stream, cancel) => ((SessionStream)stream).EndWritingAsync(cancel));
                _running = _traffic.RunAsync(_stopping.Token);
                return new TunnelAnswer();
            case "mark":
                _traffic!.Mark();
                return new TunnelAnswer();
            case "figures":
                return new TunnelAnswer { Figures = _traffic!.Figures };
            case "status":
                return Status(request.Node);
            default:
                throw new InvalidOperationException($"Unknown request '{request.Do}'.");
        }
    }

    private async Task<TunnelAnswer> StartAsync(TunnelRequest request)
    {
        var options = new TunnelOptions
        {
            Node = request.Node,
            Group = request.Node,
            Zone = request.Node,
            Identity = Mesh,
            Listen = [.. request.Listen.Select(Multiaddr.Parse)],
            Relay = request.IsRelay ? RelayDuty.Always : RelayDuty.Never,
            RelayNodes = [.. request.Relays.Select(Read)],
            FinderPeriod = TimeSpan.FromSeconds(2),
            ResumeTimeout = TimeSpan.FromSeconds(request.ResumeSeconds),
        };
        _tunnel = await TunnelNode.StartAsync(options, _directory, TimeProvider.System, NullLoggerFactory.Instance, _services.GetRequiredService<IMeterFactory>());
        _tunnel.Announced += routes => _loop.Write(new TunnelAnswer { Routes = Describe(routes) });
        _tunnel.Serve(async (session, cancel) =>
        {
            await using var stream = await session.AcceptAsync(cancel);
            await stream.CopyToAsync(stream, cancel);
            await stream.EndWritingAsync(cancel);
        });
        return new TunnelAnswer { Routes = Describe(_tunnel.Routes) };
    }

    private async Task<SessionStream> OpenAsync(string node, CancellationToken cancel)
    {
        var session = await Tunnel.ConnectAsync(node, Echo, cancel);
        _begun ??= session.Path;
        return session;
    }

    private TunnelAnswer Status(string node)
    {
        var status = Tunnel.Status;
        return new TunnelAnswer
        {
            Paths = [.. status.Paths.Where(path => path.Node == node).OrderByDescending(path => path.Sessions).Select(path => path.Address.ToString())],
            Ridden = [.. status.Paths.Where(path => path.Node == node && path.Sessions > 0).Select(path => path.Address.ToString())],
            Begun = _begun?.ToString() ?? "",
            Reservations = [.. status.Relays.Where(relay => relay.Reservation is not null).Select(relay => relay.Node)],
        };
    }

    private static KnownRoutes Describe(NodeRoutes routes) => new(routes.Node, routes.Group, [.. routes.Addresses.Select(address => address.ToString())], routes.IsRelay, routes.Zone, routes.Load);

    private static NodeRoutes Read(KnownRoutes routes) => new(routes.Node, routes.Group, [.. routes.Addresses.Select(Multiaddr.Parse)], routes.IsRelay, routes.Zone, routes.Load);

    private static RelayNode Read(NamedRelay relay) => new(relay.Node, [.. relay.Addresses.Select(Multiaddr.Parse)]);
}
