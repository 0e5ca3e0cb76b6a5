namespace Skerry.Bench.Manifest;

/// <summary>Hears what comes on one stream, on the connection's reading thread.</summary>
internal interface IStreamListener
{
    /// <summary>A message has come.</summary>
    void Message(Http2Connection connection, int stream, ReadOnlySpan<byte> message);

    /// <summary>The stream has ended.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="stream">Its number.</param>
    /// <param name="hasAnswered">Whether a message came on it: a gRPC call that fails brings none.</param>
    void Ended(Http2Connection connection, int stream, bool hasAnswered);
}
