using System.Text.Json.Nodes;
using Contact = Fluister.Wire.Protos.DataMessage.Types.Contact;

namespace Fluister.Client.Contents;

/// <summary>Contacts that are shared in a message.</summary>
internal static class ContactParts
{
    /// <summary>The store's form, one at most, as in Signal Desktop.</summary>
    public static JsonArray Read(IEnumerable<Contact> contacts, DateTimeOffset now)
    {
        var list = new JsonArray();
        foreach (var contact in contacts.Take(1))
        {
            var json = new JsonObject();
            json.Put("name", contact.Name is null ? null : Name(contact.Name));
            json["number"] = Values(contact.Number.Select(phone => (phone.Value, (int)phone.Type, phone.Label)));
            json["email"] = Values(contact.Email.Select(email => (email.Value, (int)email.Type, email.Label)));
            json["address"] = new JsonArray([.. contact.Address.Take(ClientLimits.ValuesPerContact).Select(Address)]);
            json.Put("organization", CleanText.Of(contact.Organization));
            if (AttachmentParts.Read(contact.Avatar?.Avatar_, now) is { } picture)
            {
                json["avatar"] = new JsonObject { ["avatar"] = picture, ["isProfile"] = contact.Avatar?.IsProfile ?? false };
            }

            list.Add(json);
        }

        return list;
    }

    /// <summary>The store's form of a card that is sent.</summary>
    public static JsonArray Of(DraftContact card)
    {
        var contact = new Contact { Name = new Contact.Types.Name { GivenName = card.GivenName, FamilyName = card.FamilyName ?? "" } };
        contact.Number.Add(card.Numbers.Select(
            number => new Contact.Types.Phone { Value = number, Type = Contact.Types.Phone.Types.Type.Mobile }));
        contact.Email.Add(card.Emails.Select(
            email => new Contact.Types.Email { Value = email, Type = Contact.Types.Email.Types.Type.Home }));
        contact.Organization = card.Organization ?? "";
        return Read([contact], default);
    }

    /// <summary>From the store's form to a message's; pictures stay here.</summary>
    public static IEnumerable<Contact> Write(JsonObject message)
    {
        foreach (var json in message.Parts("contact"))
        {
            var contact = new Contact { Organization = json.Text("organization") ?? "" };
            if (json.Part("name") is { } name)
            {
                contact.Name = new Contact.Types.Name
                {
                    GivenName = name.Text("givenName") ?? "",
                    FamilyName = name.Text("familyName") ?? "",
                    Prefix = name.Text("prefix") ?? "",
                    Suffix = name.Text("suffix") ?? "",
                    MiddleName = name.Text("middleName") ?? "",
                    Nickname = name.Text("nickname") ?? "",
                };
            }

            contact.Number.Add(json.Parts("number").Select(phone => new Contact.Types.Phone
            {
                Value = phone.Text("value") ?? "",
                Type = (Contact.Types.Phone.Types.Type)(phone.Number("type") ?? 1),
                Label = phone.Text("label") ?? "",
            }));
            contact.Email.Add(json.Parts("email").Select(email => new Contact.Types.Email
            {
                Value = email.Text("value") ?? "",
                Type = (Contact.Types.Email.Types.Type)(email.Number("type") ?? 1),
                Label = email.Text("label") ?? "",
            }));
            yield return contact;
        }
    }

    private static JsonObject Name(Contact.Types.Name name)
    {
        var json = new JsonObject();
        json.Put("givenName", CleanText.Of(name.GivenName));
        json.Put("familyName", CleanText.Of(name.FamilyName));
        json.Put("prefix", CleanText.Of(name.Prefix));
        json.Put("suffix", CleanText.Of(name.Suffix));
        json.Put("middleName", CleanText.Of(name.MiddleName));
        json.Put("nickname", CleanText.Of(name.Nickname));
        return json;
    }

    // Types that are not known count as HOME, the first.
    private static JsonArray Values(IEnumerable<(string Value, int Type, string Label)> values)
    {
        var list = new JsonArray();
        foreach (var (value, type, label) in values.Where(value => value.Value.Length > 0).Take(ClientLimits.ValuesPerContact))
        {
            var json = new JsonObject { ["value"] = CleanText.Of(value), ["type"] = type is >= 1 and <= 4 ? type : 1 };
            json.Put("label", CleanText.Of(label));
            list.Add(json);
        }

        return list;
    }

    private static JsonNode Address(Contact.Types.PostalAddress address)
    {
        var json = new JsonObject { ["type"] = (int)address.Type is >= 1 and <= 3 ? (int)address.Type : 1 };
        json.Put("label", CleanText.Of(address.Label));
        json.Put("street", CleanText.Of(address.Street));
        json.Put("pobox", CleanText.Of(address.Pobox));
        json.Put("neighborhood", CleanText.Of(address.Neighborhood));
        json.Put("city", CleanText.Of(address.City));
        json.Put("region", CleanText.Of(address.Region));
        json.Put("postcode", CleanText.Of(address.Postcode));
        json.Put("country", CleanText.Of(address.Country));
        return json;
    }
}
