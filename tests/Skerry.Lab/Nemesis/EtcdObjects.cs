using System.Globalization;

using Google.Protobuf;

using Skerry.Api.Etcd.Wire;
using Skerry.Simulation;

namespace Skerry.Lab.Nemesis;

/// <summary>
/// The checker's objects as keys of etcd's API. A register is a key, absent while it is 0; a lock a key that is there while somebody holds it; a set a prefix with a key for each
/// element, so that its elements are read in one range.
/// </summary>
/// <param name="client">To the node that is asked.</param>
internal sealed class EtcdObjects(EtcdClient client) : IHistoryObjects
{
    /// <summary>Far beyond the group's own patience nobody waits for an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <summary>Reads what this node has, without asking the group: a planted bug, for the checker to find.</summary>
    public bool ReadsStale { get; init; }

    /// <summary>Sends each write again a little later, behind its caller's back: a planted bug, too.</summary>
    public bool SendsTwice { get; init; }

    public bool HasSessions => false;

    public async Task<long> DoAsync(Operation operation) => operation.Kind switch
    {
        OperationKind.Read or OperationKind.Holder => ValueOf(await RangeAsync(Name(operation))),
        OperationKind.Elements => (await RangeAsync(Name(operation) + "/", Name(operation) + "0")).Kvs.Aggregate(0L, (set, pair) => set | (1L << Number(pair.Key.ToStringUtf8().Split('/')[^1]))),
        OperationKind.Write when SendsTwice => await PutTwiceAsync(Name(operation), operation.A),
        OperationKind.Write => await PutAsync(Name(operation), operation.A),
        OperationKind.CompareAndSwap => await TransactAsync(operation.A == 0 ? Absent(Name(operation)) : HasValue(Name(operation), operation.A), Put(Name(operation), operation.B)),
        OperationKind.Acquire => await TransactAsync(Absent(Name(operation)), Put(Name(operation), operation.A)),
        OperationKind.Release => await TransactAsync(HasValue(Name(operation), operation.A), Delete(Name(operation))),
        OperationKind.Add => await TransactAsync(Absent(Element(operation)), Put(Element(operation), operation.A)),
        _ => (await client.CallAsync("KV/DeleteRange", new DeleteRangeRequest { Key = Bytes(Element(operation)) }, DeleteRangeResponse.Parser, Patience)).Deleted,
    };

    internal static string Name(Operation operation) => string.Create(CultureInfo.InvariantCulture, $"history/{operation.Key}");

    internal static string Element(Operation operation) => string.Create(CultureInfo.InvariantCulture, $"{Name(operation)}/{operation.A}");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    private static ByteString Bytes(int value) => Bytes(value.ToString(CultureInfo.InvariantCulture));

    private static long ValueOf(RangeResponse response) => response.Kvs is [var pair] ? Number(pair.Value.ToStringUtf8()) : 0;

    private static Compare Absent(string key) => new() { Key = Bytes(key), Target = Compare.Types.CompareTarget.Create, CreateRevision = 0 };

    private static Compare HasValue(string key, int value) => new() { Key = Bytes(key), Target = Compare.Types.CompareTarget.Value, Value = Bytes(value) };

    private static RequestOp Put(string key, int value) => new() { RequestPut = new PutRequest { Key = Bytes(key), Value = Bytes(value) } };

    private static RequestOp Delete(string key) => new() { RequestDeleteRange = new DeleteRangeRequest { Key = Bytes(key) } };

    private Task<RangeResponse> RangeAsync(string key, string? end = null) => client.CallAsync(
        "KV/Range", new RangeRequest { Key = Bytes(key), RangeEnd = end is null ? ByteString.Empty : Bytes(end), Serializable = ReadsStale }, RangeResponse.Parser, Patience);

    private async Task<long> PutAsync(string key, int value)
    {
        await client.CallAsync("KV/Put", new PutRequest { Key = Bytes(key), Value = Bytes(value) }, PutResponse.Parser, Patience);
        return 0;
    }

    private async Task<long> PutTwiceAsync(string key, int value)
    {
        await PutAsync(key, value);
        _ = AgainAsync();
        return 0;

        async Task AgainAsync()
        {
            await Task.Delay(100); // time for others to write
            try
            {
                await PutAsync(key, value);
            }
            catch (CallFailure)
            {
                // Then it is no bug this time.
            }
        }
    }

    private async Task<long> TransactAsync(Compare when, RequestOp then) =>
        (await client.CallAsync("KV/Txn", new TxnRequest { Compare = { when }, Success = { then } }, TxnResponse.Parser, Patience)).Succeeded ? 1 : 0;
}
