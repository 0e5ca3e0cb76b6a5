namespace Skerry.Tunnel.Core.Session;

/// <summary>What a frame of a session says. The numbers are on the wire.</summary>
internal enum FrameType : byte
{
    /// <summary>The next bytes.</summary>
    Data,

    /// <summary>How far the other direction has come, and how far it may go: two offsets of eight bytes.</summary>
    Ack,

    /// <summary>Nothing more will come. Counts as one byte of the sequence, so that it is acknowledged like one.</summary>
    End,

    /// <summary>The session is broken off.</summary>
    Reset,
}
