using FsCheck;
using FsCheck.Fluent;

using Skerry.Proxy.Dns;

namespace Skerry.Proxy.Tests.Dns;

/// <summary>Queries as bytes, those of strangers too.</summary>
public sealed class DnsQueryReaderTests
{
    [Fact]
    public void A_query_is_read_with_its_name_in_the_clients_own_case()
    {
        // RFC 1035, section 4.1; as dig writes it, with EDNS and 4096 bytes.
        var message = Convert.FromHexString("1234010000010000000000010757656253686f70077365727669636506736b657272790000210001" + "0000291000000000000000");
        Assert.True(DnsQueryReader.TryRead(message, out var query, out var code));
        Assert.Equal(DnsCode.NoError, code);
        Assert.Equal((0x1234, "WebShop.service.skerry", DnsType.Srv, 1), ((int)query.Id, query.Name, query.Type, (int)query.Class));
        Assert.Equal((4096, true), (query.PayloadSize, query.RecursionDesired));
    }

    [Theory]
    [InlineData("", false, 0)]
    [InlineData("123401000001000000000000", true, 1)] // no question
    [InlineData("12348100000100000000000003777777000001000100", false, 0)] // an answer
    [InlineData("1234280000010000000000000377777700000100010000", true, 4)] // an update
    [InlineData("123401000002000000000000037777770000010001037777770000010001", true, 1)] // two questions
    [InlineData("123401000001000000000000c00c00010001", true, 1)] // a pointer to itself
    [InlineData("123401000001000000000000c01200010001c00c", true, 1)] // pointers in a circle
    [InlineData("123401000001000000000000c0ff00010001", true, 1)] // a pointer to nowhere
    [InlineData("1234010000010000000000004177777700000100010000", true, 1)] // a label type that is none
    [InlineData("1234010000010000000000000377777700", true, 1)] // cut short
    [InlineData("12340100000100000000000103777777000001000100002910000000000000ff", true, 1)] // data longer than the message
    public void What_is_no_query_is_passed_over_or_answered_with_an_error(string hex, bool isAnswered, int code)
    {
        Assert.Equal(isAnswered, DnsQueryReader.TryRead(Convert.FromHexString(hex), out var query, out var found));
        if (!isAnswered) return;
        Assert.Equal((DnsCode)code, found);
        var answer = DnsAnswerWriter.Write(query, DnsAnswer.Error(found), DnsAnswerWriter.LimitOf(query), 0, canRecurse: false);
        Assert.Equal(code, answer.Span[3] & 15);
    }

    [Fact]
    public void An_EDNS_version_that_is_not_spoken_is_told_so()
    {
        Assert.True(DnsQueryReader.TryRead(DnsClient.Query("a.skerry", 1, payload: 1000, version: 0x0100), out var query, out _));
        var answer = DnsAnswerWriter.Write(query, DnsAnswer.Error(DnsCode.BadVersion), DnsAnswerWriter.LimitOf(query), 0, canRecurse: false);
        // OPT's ttl begins with the upper bits of the code.
        Assert.Equal(1, answer.Span[^6]);
    }

    [Fact]
    public void A_name_longer_than_any_is_refused()
    {
        var label = new string('a', 63);
        Assert.True(DnsQueryReader.TryRead(DnsClient.Query($"{label}.{label}.{label}.{new string('a', 61)}", 1), out _, out var code));
        Assert.Equal(DnsCode.NoError, code);
        Assert.True(DnsQueryReader.TryRead(DnsClient.Query($"{label}.{label}.{label}.{new string('a', 62)}", 1), out _, out code));
        Assert.Equal(DnsCode.FormatError, code);
    }

    [Fact]
    public void Any_bytes_are_taken_or_refused_and_what_is_taken_can_be_answered() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Take(bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_query_with_any_bytes_changed_is_taken_or_refused()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var query = DnsClient.Query("orders.service.reef.skerry", 33, payload: i % 2 == 0 ? 1232 : null);
            for (var n = random.Next(1, 6); n > 0; n--) query[random.Next(query.Length)] = (byte)random.Next(256);
            Assert.True(Take(query[..random.Next(query.Length + 1)]));
        }
    }

    private static bool Take(byte[] bytes)
    {
        if (!DnsQueryReader.TryRead(bytes, out var query, out var code)) return true;
        var names = new DnsNames("skerry");
        if (names.Holds(query.Name)) _ = new DnsZone(names, new ProxyIdentity("here", "reef"), addresses: null).Answer(query, Catalog.CatalogSnapshot.Empty);
        var record = new DnsRecord("orders.service.reef.skerry", DnsType.Srv, Port: 80, Target: "here.node.reef.skerry");
        var limit = DnsAnswerWriter.LimitOf(query);
        var answer = DnsAnswerWriter.Write(query, new DnsAnswer(code, true, [.. Enumerable.Repeat(record, 100)], [], []), limit, 0, canRecurse: false);
        return answer.Length <= limit;
    }
}
