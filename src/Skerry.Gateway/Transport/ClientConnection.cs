using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Skerry.Gateway.Transport;

/// <summary>A client's connection, as Kestrel takes it from its transport.</summary>
internal sealed class ClientConnection : ConnectionContext, IDuplexPipe, IConnectionIdFeature, IConnectionItemsFeature, IConnectionTransportFeature,
    IConnectionLifetimeFeature, IConnectionEndPointFeature, IMemoryPoolFeature
{
    private static long _lastId;

    private readonly SocketReader _reader;
    private readonly SocketWriter _writer;
    private readonly CancellationTokenSource _closed = new();
    private readonly Lock _gate = new();
    private string? _id;
    private IDictionary<object, object?>? _items;
    private IDuplexPipe _transport;
    private int _isClosedTold;

    public ClientConnection(Socket socket, EventLoop loop)
    {
        _reader = new SocketReader(this);
        _writer = new SocketWriter(this);
        _transport = this;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        ConnectionClosed = _closed.Token;
        Socket = new PolledSocket(socket, loop, _reader.OnReadable, _writer.OnWritable, TellClosed);
        var features = new FeatureCollection();
        features.Set<IConnectionIdFeature>(this);
        features.Set<IConnectionItemsFeature>(this);
        features.Set<IConnectionTransportFeature>(this);
        features.Set<IConnectionLifetimeFeature>(this);
        features.Set<IConnectionEndPointFeature>(this);
        features.Set<IMemoryPoolFeature>(this);
        features.Set(this);
        Features = features;
        Socket.Watch();
    }

    public PolledSocket Socket { get; }

    /// <summary>Why it was cut off; null while it was not.</summary>
    public ConnectionAbortedException? AbortReason { get; private set; }

    public override string ConnectionId
    {
        get => _id ??= Interlocked.Increment(ref _lastId).ToString("x", CultureInfo.InvariantCulture);
        set => _id = value;
    }

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new Dictionary<object, object?>();
        set => _items = value;
    }

    public override IDuplexPipe Transport
    {
        get => _transport;
        set => _transport = value;
    }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    PipeReader IDuplexPipe.Input => _reader;

    PipeWriter IDuplexPipe.Output => _writer;

    MemoryPool<byte> IMemoryPoolFeature.MemoryPool => MemoryPool<byte>.Shared;

    public override void Abort(ConnectionAbortedException abortReason)
    {
        lock (_gate) AbortReason ??= abortReason;
        Socket.Shutdown();
        TellClosed();
    }

    public override async ValueTask DisposeAsync()
    {
        // The end of the last answer may still be on its way to a slow client; an abort ends that too.
        if (AbortReason is null) await _writer.DrainAsync();
        Socket.Shutdown();
        TellClosed();
        Socket.Dispose();
        await base.DisposeAsync();
    }

    private void TellClosed()
    {
        // On another thread: what listens may do much, and this one may be the loop's.
        if (Interlocked.Exchange(ref _isClosedTold, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
    }
}
