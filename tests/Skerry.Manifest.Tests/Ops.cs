using System.Text;

using Skerry.Manifest.Core;

namespace Skerry.Manifest.Tests;

/// <summary>Operations as a test writes them.</summary>
internal static class Ops
{
    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);

    public static KeyRange Key(string key) => new(Bytes(key), default);

    public static KeyRange Between(string start, string end) => new(Bytes(start), Bytes(end));

    public static PutOp Put(string key, string value, long lease = 0) => new() { Key = Bytes(key), Value = Bytes(value), Lease = lease };

    public static DeleteOp Delete(string key) => new() { Range = Key(key) };

    public static RangeOp Get(string key, long revision = 0) => new() { Range = Key(key), Revision = revision };

    public static RangeOp GetAll(long revision = 0) => new() { Range = KeyRange.All, Revision = revision };

    public static Compare When(string key, CompareTarget target, CompareResult result, long number) => new() { Range = Key(key), Target = target, Result = result, Number = number };

    public static Compare WhenValue(string key, CompareResult result, string value) =>
        new() { Range = Key(key), Target = CompareTarget.Value, Result = result, Value = Bytes(value) };

    public static ManifestResult Apply(this ManifestMachine machine, object body, long stamp = 0, RequestId request = default)
    {
        var result = machine.Apply(new Command(stamp, request, body));
        machine.Keys.Clean();
        return result;
    }

    public static RangeResult Read(this ManifestMachine machine, RangeOp op) => RangeReader.Read(machine.Keys.Root, machine.Keys.Revision, machine.Keys.Compacted, op);

    public static string Keys(this RangeResult result) => string.Join(' ', result.Entries.Select(entry => Text(entry.Key)));

    public static ManifestMachine Copy(this ManifestMachine machine, out byte[] bytes)
    {
        bytes = machine.Save();
        return Skerry.Manifest.Wire.SnapshotReader.Read(new MemoryStream(bytes));
    }

    public static byte[] Save(this ManifestMachine machine)
    {
        using var snapshot = new ManifestSnapshot(machine, 0, static () => { });
        var target = new MemoryStream();
        snapshot.WriteTo(target);
        return target.ToArray();
    }
}
