using System.Buffers.Binary;

namespace Skerry.Simulation;

/// <summary>A command as it stands in the log: who sent it, which of his it is, what is to be done, and some ballast.</summary>
/// <param name="Client">Who.</param>
/// <param name="Number">His how manieth; sent again it has the same.</param>
/// <param name="Operation">What.</param>
internal readonly record struct RaftCommand(int Client, int Number, Operation Operation)
{
    private const int Size = 21;

    public byte[] Encode(int ballast)
    {
        var bytes = new byte[Size + ballast];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Client);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Number);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Operation.A);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Operation.B);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), Operation.Key);
        bytes[20] = (byte)Operation.Kind;
        return bytes;
    }

    public static RaftCommand Decode(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadInt32LittleEndian(bytes),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
        new Operation(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            (OperationKind)bytes[20],
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..])));
}
