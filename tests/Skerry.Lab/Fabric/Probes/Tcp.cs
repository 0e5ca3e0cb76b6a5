using System.Net;
using System.Net.Sockets;

namespace Skerry.Lab.Fabric.Probes;

/// <summary>Plain TCP of a lab's machine, from a port of choice: what shows a NAT's mapping and filter.</summary>
internal static class Tcp
{
    /// <summary>How long a call that should come through may take; generous for a loaded machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How long a call is tried that nobody should answer: some times the longest delay of the maps it is used on, and two SYNs.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);

    /// <summary>Listens on a port that calls may go out from too.</summary>
    public static Socket Listen(LabHost host, int port)
    {
        var socket = Bound(host, port);
        socket.Listen();
        return socket;
    }

    /// <summary>Calls from a port of choice.</summary>
    public static async Task<Socket> CallAsync(LabHost host, int port, IPEndPoint to)
    {
        var socket = Bound(host, port);
        using var limit = new CancellationTokenSource(Patience);
        await socket.ConnectAsync(to, limit.Token);
        return socket;
    }

    /// <summary>Whether a call is answered.</summary>
    /// <param name="host">Who calls.</param>
    /// <param name="port">From which port.</param>
    /// <param name="to">Whom.</param>
    /// <param name="isExpected">Whether it should be: then it may take its time.</param>
    public static async Task<bool> AnswersAsync(LabHost host, int port, IPEndPoint to, bool isExpected = false)
    {
        using var socket = Bound(host, port);
        using var limit = new CancellationTokenSource(isExpected ? Patience : Silence);
        try
        {
            await socket.ConnectAsync(to, limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Takes a call.</summary>
    public static async Task<Socket> AcceptAsync(Socket listener)
    {
        using var limit = new CancellationTokenSource(Patience);
        return await listener.AcceptAsync(limit.Token);
    }

    private static Socket Bound(LabHost host, int port)
    {
        var socket = host.NewSocket(SocketType.Stream, ProtocolType.Tcp);
        socket.SetRawSocketOption(1, 2, BitConverter.GetBytes(1));  // SO_REUSEADDR
        socket.SetRawSocketOption(1, 15, BitConverter.GetBytes(1)); // SO_REUSEPORT: .NET has no name for it alone
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        return socket;
    }
}
