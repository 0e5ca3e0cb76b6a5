using System.Net.Sockets;

namespace Skerry.Proxy.Flows;

/// <summary>A TCP connection, to a client or to an instance in this site.</summary>
internal sealed class SocketServiceStream : ServiceStream
{
    private readonly Socket _socket;
    private bool _hasRead, _hasWritten;
    private int _closed;

    public SocketServiceStream(Socket socket)
    {
        _socket = socket;
        socket.NoDelay = true;
        // A host that is gone without a word is found out after two hours, or as the system is set.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
    }

    public override string PathKind => "local";

    public override bool AwaitsData => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            var read = await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);
            if (read == 0 && buffer.Length > 0) _hasRead = true;
            return read;
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            throw new IOException(broken.Message, broken);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (buffer.Length > 0) buffer = buffer[await _socket.SendAsync(buffer, SocketFlags.None, cancellationToken)..];
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            throw new IOException(broken.Message, broken);
        }
    }

    public override ValueTask EndWritingAsync(CancellationToken cancel = default)
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            _hasWritten = true;
            return ValueTask.CompletedTask;
        }
        catch (Exception broken) when (broken is SocketException or ObjectDisposedException)
        {
            throw new IOException(broken.Message, broken);
        }
    }

    /// <summary>Ends both directions at once: what was written still goes out, and nothing more is read.</summary>
    public void Finish()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) _socket.Dispose();
    }

    public override void Abort()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        try
        {
            // Closing with a reset: what is not sent yet is thrown away, and the other end sees an error instead of an end.
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (SocketException)
        {
            // Broken already: there is nobody to tell.
        }

        _socket.Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        if (_hasRead && _hasWritten) Finish();
        else Abort();
        base.Dispose(disposing);
    }
}
