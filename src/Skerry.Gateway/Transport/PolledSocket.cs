using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Skerry.Gateway.Transport;

/// <summary>A connected stream socket on an event loop: calls that never block, and word when to call again. Closing it is safe from any thread.</summary>
internal sealed class PolledSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly SafeSocketHandle _handle;
    private readonly Action? _peerClosed;
    private int _closed;
    private bool _isWatched;
    private volatile bool _isPeerClosed;

    /// <param name="socket">Owned from now on; no asynchronous call may have been made on it, or the framework would poll it too.</param>
    /// <param name="loop">Where its events are handled.</param>
    /// <param name="readable">Called when an armed <see cref="Input"/> has something.</param>
    /// <param name="writable">Called when an armed <see cref="Output"/> has room.</param>
    /// <param name="peerClosed">Called, perhaps more than once, when the peer has ended its side or the connection broke.</param>
    public PolledSocket(Socket socket, EventLoop loop, Action readable, Action writable, Action? peerClosed = null)
    {
        _socket = socket;
        _handle = socket.SafeHandle;
        _peerClosed = peerClosed;
        Loop = loop;
        Input = new Readiness(readable);
        Output = new Readiness(writable);
        socket.Blocking = false;
    }

    public EventLoop Loop { get; }

    public Readiness Input { get; }

    public Readiness Output { get; }

    /// <summary>Whether the peer has ended its side, or the connection broke; there may still be bytes to read.</summary>
    public bool IsPeerClosed => _isPeerClosed;

    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>What the loop knows it by; set by the loop.</summary>
    public ulong Key { get; set; }

    public EndPoint? LocalEndPoint => _socket.LocalEndPoint;

    public EndPoint? RemoteEndPoint => _socket.RemoteEndPoint;

    /// <summary>Begins to be told of events; once, after whoever is called is ready for it.</summary>
    public void Watch()
    {
        Loop.Watch(this, _handle);
        _isWatched = true;
    }

    /// <summary>Begins to connect; <see cref="Output"/> tells when it is decided.</summary>
    public unsafe SocketError BeginConnect(IPEndPoint target)
    {
        var address = target.Serialize();
        fixed (byte* pointer = address.Buffer.Span)
        {
            if (Libc.Connect(_handle, pointer, (uint)address.Size) == 0) return SocketError.Success;
        }

        return Marshal.GetLastPInvokeError() is Libc.InProgress or Libc.Interrupted ? SocketError.InProgress : LastError();
    }

    /// <summary>What became of the connection, once decided.</summary>
    public SocketError ConnectResult() => (SocketError)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;

    /// <summary>Reads what is there.</summary>
    /// <returns>Bytes read; 0: the peer has ended its side; -1: nothing now, arm <see cref="Input"/>.</returns>
    /// <exception cref="SocketException">The connection broke.</exception>
    public unsafe int TryReceive(Span<byte> destination)
    {
        while (Input.TryBegin())
        {
            nint read;
            fixed (byte* pointer = destination) read = Libc.Receive(_handle, pointer, (nuint)destination.Length, 0);
            if (read >= 0)
            {
                // A read that did not fill its buffer has emptied the socket: the next byte makes a new event, and the call that would say so is saved.
                // Not so once the peer has closed: that event has been and will not come again.
                if (read == destination.Length || read == 0 || _isPeerClosed) Input.Keep();
                return (int)read;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Libc.Again) continue;
            Input.Keep();
            if (error != Libc.Interrupted) throw new SocketException();
        }

        return -1;
    }

    /// <summary>Writes as much as there is room for.</summary>
    /// <returns>Bytes written; -1: no room now, arm <see cref="Output"/>.</returns>
    /// <exception cref="SocketException">The connection broke.</exception>
    public unsafe int TrySend(ReadOnlySpan<byte> source)
    {
        while (Output.TryBegin())
        {
            nint sent;
            fixed (byte* pointer = source) sent = Libc.Send(_handle, pointer, (nuint)source.Length, Libc.NoSignal);
            if (sent >= 0)
            {
                Output.Keep();
                return (int)sent;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Libc.Again) continue;
            Output.Keep();
            if (error != Libc.Interrupted) throw new SocketException();
        }

        return -1;
    }

    /// <summary>Called by the loop.</summary>
    public void OnEvents(uint events)
    {
        const uint gone = Libc.EpollPeerHangup | Libc.EpollHangup | Libc.EpollError;
        if ((events & gone) != 0) _isPeerClosed = true;
        if ((events & (Libc.EpollIn | gone)) != 0) Input.Signal();
        if ((events & (Libc.EpollOut | Libc.EpollHangup | Libc.EpollError)) != 0) Output.Signal();
        if ((events & gone) != 0) _peerClosed?.Invoke();
    }

    /// <summary>Ends both directions; whoever waits is woken and finds the end. The socket itself stays until <see cref="Dispose"/>.</summary>
    public void Shutdown()
    {
        if (IsClosed) return;
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It had ended already.
        }

        _isPeerClosed = true;
        Input.Interrupt();
        Output.Interrupt();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        if (_isWatched) Loop.Forget(Key);
        _socket.Dispose();
    }

    /// <summary>The framework knows how the system's numbers map to its own.</summary>
    private static SocketError LastError() => new SocketException().SocketErrorCode;
}
