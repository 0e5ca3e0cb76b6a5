namespace Skerry.Gossip.Wire;

/// <summary>Why bytes from the network were refused: one kind per cause, so that each can be counted.</summary>
internal enum DecodeError : byte
{
    None = 0,

    /// <summary>Nothing there.</summary>
    Empty,

    /// <summary>It ends before what it declares.</summary>
    Truncated,

    /// <summary>A MessagePack value of another kind than the field's, or a byte no format begins with.</summary>
    WrongFormat,

    /// <summary>A number that its field cannot hold.</summary>
    OutOfRange,

    /// <summary>A text that is not UTF-8.</summary>
    InvalidText,

    /// <summary>An IP of neither 0, 4 nor 16 bytes.</summary>
    InvalidAddress,

    /// <summary>More bytes or items than the protocol's bounds allow.</summary>
    TooLarge,

    /// <summary>Compression and compounds nested deeper than any peer sends them.</summary>
    TooDeep,

    /// <summary>A message number nobody knows.</summary>
    UnknownType,

    /// <summary>A known message that has no place here.</summary>
    UnexpectedType,

    /// <summary>A label header, and this node has no label.</summary>
    UnexpectedLabel,

    /// <summary>The CRC does not fit the bytes.</summary>
    BadChecksum,

    /// <summary>A compression algorithm other than LZW.</summary>
    UnknownCompression,

    /// <summary>Not a well-formed LZW stream.</summary>
    CorruptCompression,

    /// <summary>An encryption version other than 0 and 1.</summary>
    UnknownEncryption,

    /// <summary>In clear, and this node takes encrypted traffic only.</summary>
    NotEncrypted,

    /// <summary>Encrypted, and this node has no keys.</summary>
    UnexpectedEncryption,

    /// <summary>No key of the ring opens it: made with another key, or tampered with.</summary>
    Undecryptable,
}
