package bench

import "time"

// contact is Chatwoot's, with the fields that the document has and the types that
// come first to mind.
type contact struct {
	ID                   int64          `json:"id"`
	Name                 string         `json:"name"`
	Email                string         `json:"email"`
	PhoneNumber          string         `json:"phone_number"`
	Identifier           string         `json:"identifier"`
	Blocked              bool           `json:"blocked"`
	Thumbnail            string         `json:"thumbnail"`
	AvailabilityStatus   string         `json:"availability_status"`
	CompanyID            int64          `json:"company_id"`
	CreatedAt            int64          `json:"created_at"`
	LastActivityAt       int64          `json:"last_activity_at"`
	CustomAttributes     map[string]any `json:"custom_attributes"`
	AdditionalAttributes map[string]any `json:"additional_attributes"`
	ContactInboxes       []struct {
		SourceID string `json:"source_id"`
		Inbox    struct {
			ID          int64  `json:"id"`
			Name        string `json:"name"`
			AvatarURL   string `json:"avatar_url"`
			ChannelID   int64  `json:"channel_id"`
			ChannelType string `json:"channel_type"`
			Provider    string `json:"provider"`
		} `json:"inbox"`
	} `json:"contact_inboxes"`
}

// conversation is Kustomer's in the same way.
type conversation struct {
	Type       string `json:"type"`
	ID         string `json:"id"`
	Links      links  `json:"links"`
	Attributes struct {
		Name                 string             `json:"name"`
		Status               string             `json:"status"`
		SubStatus            string             `json:"subStatus"`
		Direction            string             `json:"direction"`
		Channels             []string           `json:"channels"`
		AssignedTeams        []string           `json:"assignedTeams"`
		AssignedUsers        []string           `json:"assignedUsers"`
		Tags                 []string           `json:"tags"`
		CreatedAt            time.Time          `json:"createdAt"`
		UpdatedAt            time.Time          `json:"updatedAt"`
		ModifiedAt           time.Time          `json:"modifiedAt"`
		LastActivityAt       time.Time          `json:"lastActivityAt"`
		Custom               map[string]any     `json:"custom"`
		DefaultLang          string             `json:"defaultLang"`
		Locale               string             `json:"locale"`
		Deleted              bool               `json:"deleted"`
		Locked               bool               `json:"locked"`
		Spam                 bool               `json:"spam"`
		Ended                bool               `json:"ended"`
		EndedAt              time.Time          `json:"endedAt"`
		EndedBy              string             `json:"endedBy"`
		EndedByType          string             `json:"endedByType"`
		EndedReason          string             `json:"endedReason"`
		ExternalID           string             `json:"externalId"`
		ExternalQueue        string             `json:"externalQueue"`
		ReplyChannel         string             `json:"replyChannel"`
		Priority             int64              `json:"priority"`
		Rev                  int64              `json:"rev"`
		MessageCount         int64              `json:"messageCount"`
		InboundMessageCount  int64              `json:"inboundMessageCount"`
		OutboundMessageCount int64              `json:"outboundMessageCount"`
		NoteCount            int64              `json:"noteCount"`
		Satisfaction         float64            `json:"satisfaction"`
		Sentiment            sentiment          `json:"sentiment"`
		SuggestedTags        []suggestion       `json:"suggestedTags"`
		SuggestedShortcuts   []suggestion       `json:"suggestedShortcuts"`
		FirstResponse        *response          `json:"firstResponse"`
		LastMessageIn        *message           `json:"lastMessageIn"`
		SatisfactionLevel    *satisfactionLevel `json:"satisfactionLevel"`
		Snooze               *struct {
			Status string    `json:"status"`
			Time   time.Time `json:"time"`
		} `json:"snooze"`
	} `json:"attributes"`
	Relationships struct {
		Org        relationship `json:"org"`
		Brand      relationship `json:"brand"`
		Queue      relationship `json:"queue"`
		Customer   relationship `json:"customer"`
		Messages   relationship `json:"messages"`
		CreatedBy  relationship `json:"createdBy"`
		ModifiedBy relationship `json:"modifiedBy"`
	} `json:"relationships"`
}

type links struct {
	Self    string `json:"self"`
	Related string `json:"related"`
}

type relationship struct {
	Links links `json:"links"`
	Data  *struct {
		Type string `json:"type"`
		ID   string `json:"id"`
	} `json:"data"`
}

type sentiment struct {
	Polarity   float64 `json:"polarity"`
	Confidence float64 `json:"confidence"`
}

type suggestion struct {
	Tag        string  `json:"tag"`
	ShortcutID string  `json:"shortcutId"`
	Confidence float64 `json:"confidence"`
}

type response struct {
	ID             string    `json:"id"`
	AssignedTeams  []string  `json:"assignedTeams"`
	AssignedUsers  []string  `json:"assignedUsers"`
	CreatedAt      time.Time `json:"createdAt"`
	CreatedBy      string    `json:"createdBy"`
	CreatedByTeams []string  `json:"createdByTeams"`
	SentAt         time.Time `json:"sentAt"`
}

type message struct {
	ID            string    `json:"id"`
	Channel       string    `json:"channel"`
	DirectionType string    `json:"directionType"`
	CreatedAt     time.Time `json:"createdAt"`
	SentAt        time.Time `json:"sentAt"`
	Sentiment     sentiment `json:"sentiment"`
}

type satisfactionLevel struct {
	Status       string    `json:"status"`
	Score        float64   `json:"score"`
	Rating       float64   `json:"rating"`
	Channel      string    `json:"channel"`
	FirstAnswer  string    `json:"firstAnswer"`
	Form         string    `json:"form"`
	FormResponse string    `json:"formResponse"`
	SentBy       string    `json:"sentBy"`
	SentByTeams  []string  `json:"sentByTeams"`
	CreatedAt    time.Time `json:"createdAt"`
	UpdatedAt    time.Time `json:"updatedAt"`
	SentAt       time.Time `json:"sentAt"`
	ScheduledFor time.Time `json:"scheduledFor"`
}
